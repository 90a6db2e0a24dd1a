"""Status words SW1-SW2 and what they say (ISO 7816-4, tables 5 and 6)."""

from enum import IntEnum


class StatusWord(IntEnum):
    """The status words with one fixed value; those that carry a number are made by the functions below."""

    OK = 0x9000

    NO_INFORMATION_GIVEN = 0x6200
    DATA_MAY_BE_CORRUPTED = 0x6281
    EOF_REACHED = 0x6282
    FILE_DEACTIVATED = 0x6283
    FILE_CONTROL_INFORMATION_NOT_FORMATTED = 0x6284
    FILE_TERMINATED = 0x6285
    NO_INPUT_FROM_SENSOR = 0x6286
    RECORD_DEACTIVATED = 0x6287
    VERIFICATION_FAILED = 0x6300
    FILE_FILLED_UP = 0x6381

    EXECUTION_ERROR = 0x6400
    IMMEDIATE_RESPONSE_REQUIRED = 0x6401
    MEMORY_CHANGED = 0x6500
    MEMORY_FAILURE = 0x6581
    SECURITY_ISSUE = 0x6600

    WRONG_LENGTH = 0x6700
    CLA_FUNCTION_NOT_SUPPORTED = 0x6800
    LOGICAL_CHANNEL_NOT_SUPPORTED = 0x6881
    SECURE_MESSAGING_NOT_SUPPORTED = 0x6882
    LAST_COMMAND_EXPECTED = 0x6883
    CHAINING_NOT_SUPPORTED = 0x6884

    NOT_ALLOWED = 0x6900
    COMMAND_INCOMPATIBLE = 0x6981
    SECURITY_STATUS_NOT_SATISFIED = 0x6982
    AUTHENTICATION_METHOD_BLOCKED = 0x6983
    REFERENCE_DATA_NOT_USABLE = 0x6984
    CONDITIONS_NOT_SATISFIED = 0x6985
    COMMAND_NOT_ALLOWED = 0x6986
    SECURE_MESSAGING_DATA_MISSING = 0x6987
    SECURE_MESSAGING_DATA_INCORRECT = 0x6988

    WRONG_PARAMETERS = 0x6A00
    INCORRECT_DATA = 0x6A80
    FUNCTION_NOT_SUPPORTED = 0x6A81
    FILE_NOT_FOUND = 0x6A82
    RECORD_NOT_FOUND = 0x6A83
    NOT_ENOUGH_MEMORY = 0x6A84
    LC_INCONSISTENT_WITH_TLV = 0x6A85
    INCORRECT_P1P2 = 0x6A86
    LC_INCONSISTENT_WITH_P1P2 = 0x6A87
    REFERENCED_DATA_NOT_FOUND = 0x6A88
    FILE_EXISTS = 0x6A89
    DF_NAME_EXISTS = 0x6A8A

    WRONG_OFFSET = 0x6B00
    INS_NOT_SUPPORTED = 0x6D00
    CLA_NOT_SUPPORTED = 0x6E00
    NO_PRECISE_DIAGNOSIS = 0x6F00


_MEANINGS: dict[int, str] = {
    StatusWord.OK: "done",
    StatusWord.NO_INFORMATION_GIVEN: "warning without details, state unchanged",
    StatusWord.DATA_MAY_BE_CORRUPTED: "part of the data may be corrupted",
    StatusWord.EOF_REACHED: "end of file or record reached before Le bytes",
    StatusWord.FILE_DEACTIVATED: "selected file is deactivated",
    StatusWord.FILE_CONTROL_INFORMATION_NOT_FORMATTED: "file control information not in the standard format",
    StatusWord.FILE_TERMINATED: "selected file is terminated",
    StatusWord.NO_INPUT_FROM_SENSOR: "no input from a sensor on the card",
    StatusWord.RECORD_DEACTIVATED: "a referenced record is deactivated",
    StatusWord.VERIFICATION_FAILED: "verification failed, tries left not told",
    StatusWord.FILE_FILLED_UP: "file filled up by this write",
    StatusWord.EXECUTION_ERROR: "execution error, state unchanged",
    StatusWord.IMMEDIATE_RESPONSE_REQUIRED: "card requires an immediate response",
    StatusWord.MEMORY_CHANGED: "error after the memory was changed",
    StatusWord.MEMORY_FAILURE: "memory failure",
    StatusWord.SECURITY_ISSUE: "security issue",
    StatusWord.WRONG_LENGTH: "wrong length",
    StatusWord.CLA_FUNCTION_NOT_SUPPORTED: "function asked for in CLA not supported",
    StatusWord.LOGICAL_CHANNEL_NOT_SUPPORTED: "logical channel not supported",
    StatusWord.SECURE_MESSAGING_NOT_SUPPORTED: "secure messaging not supported",
    StatusWord.LAST_COMMAND_EXPECTED: "last command of the chain expected",
    StatusWord.CHAINING_NOT_SUPPORTED: "command chaining not supported",
    StatusWord.NOT_ALLOWED: "command not allowed",
    StatusWord.COMMAND_INCOMPATIBLE: "command does not fit the file's structure",
    StatusWord.SECURITY_STATUS_NOT_SATISFIED: "security status not satisfied",
    StatusWord.AUTHENTICATION_METHOD_BLOCKED: "authentication method blocked",
    StatusWord.REFERENCE_DATA_NOT_USABLE: "reference data not usable",
    StatusWord.CONDITIONS_NOT_SATISFIED: "conditions of use not satisfied",
    StatusWord.COMMAND_NOT_ALLOWED: "command not allowed, no current EF",
    StatusWord.SECURE_MESSAGING_DATA_MISSING: "secure messaging data missing",
    StatusWord.SECURE_MESSAGING_DATA_INCORRECT: "secure messaging data incorrect",
    StatusWord.WRONG_PARAMETERS: "wrong P1-P2",
    StatusWord.INCORRECT_DATA: "incorrect parameters in the command data",
    StatusWord.FUNCTION_NOT_SUPPORTED: "function not supported",
    StatusWord.FILE_NOT_FOUND: "file or application not found",
    StatusWord.RECORD_NOT_FOUND: "record not found",
    StatusWord.NOT_ENOUGH_MEMORY: "not enough memory in the file",
    StatusWord.LC_INCONSISTENT_WITH_TLV: "Lc does not fit the TLV structure",
    StatusWord.INCORRECT_P1P2: "incorrect P1-P2",
    StatusWord.LC_INCONSISTENT_WITH_P1P2: "Lc does not fit P1-P2",
    StatusWord.REFERENCED_DATA_NOT_FOUND: "referenced data not found",
    StatusWord.FILE_EXISTS: "file already exists",
    StatusWord.DF_NAME_EXISTS: "DF name already exists",
    StatusWord.WRONG_OFFSET: "offset outside the file",
    StatusWord.INS_NOT_SUPPORTED: "instruction not supported or invalid",
    StatusWord.CLA_NOT_SUPPORTED: "class not supported",
    StatusWord.NO_PRECISE_DIAGNOSIS: "error without a precise diagnosis",
}


def tries_left(n: int) -> int:
    """63Cx: the verification failed, `n` tries are left. Raises ValueError unless 0 <= n <= 15."""
    if not 0 <= n <= 15:
        raise ValueError(f"63Cx can tell 0 to 15 tries, not {n}")
    return 0x63C0 | n


def bytes_remaining(n: int) -> int:
    """61xx: `n` bytes of the answer wait for GET RESPONSE; 256 or more give 6100. ValueError if n < 1."""
    if n < 1:
        raise ValueError(f"61xx announces at least one byte, not {n}")
    return 0x6100 | n if n < 256 else 0x6100


def wrong_le(n: int) -> int:
    """6Cxx: Le was wrong, `n` is right; 256 gives 6C00. Raises ValueError unless 1 <= n <= 256."""
    if not 1 <= n <= 256:
        raise ValueError(f"6Cxx can tell a length of 1 to 256, not {n}")
    return 0x6C00 | (n & 0xFF)


def describe(sw: int) -> str:
    """The meaning of a status word in plain words; an unknown one is named by its four hex digits."""
    meaning = _MEANINGS.get(sw)
    if meaning is not None:
        return meaning
    number = sw & 0xFF
    if sw & 0xFFF0 == 0x63C0:
        return f"verification failed, tries left: {sw & 0x0F}"
    if sw & 0xFF00 == 0x6100:
        return f"bytes waiting for GET RESPONSE: {number or '256 or more'}"
    if sw & 0xFF00 == 0x6C00:
        return f"wrong Le, the right one is {number or 256}"
    return f"unknown status word {sw:04X}"

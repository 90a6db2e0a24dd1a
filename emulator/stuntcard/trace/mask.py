"""Which bytes of an exchange are codes, key material or deciphered text, and so stay out of a trace.

Decided by the instruction byte under any class, because applications of other standards (the identification commands
of the Czech eID, EMV, GlobalPlatform) send codes and keys by the same ones. A command that is not well-formed is
masked from its fifth byte on: a client that gets a length wrong sends its code all the same.
"""

from __future__ import annotations

from collections.abc import Collection

from stuntcard.iso7816.instructions import Instruction
from stuntcard.trace.octets import written

_LOAD_KEY = 0xD8
"""PUT KEY of GlobalPlatform; ISO 7816 leaves it free."""
_IMPORT_KEY, _SET_MANAGEMENT_KEY = 0xFE, 0xFF
"""What Yubico's PIV cards have beyond the standard."""

SECRET_DATA: frozenset[int] = frozenset(
    {
        Instruction.VERIFY,
        Instruction.VERIFY_TLV,
        Instruction.CHANGE_REFERENCE_DATA,
        Instruction.CHANGE_REFERENCE_DATA_TLV,
        Instruction.DISABLE_VERIFICATION_REQUIREMENT,
        Instruction.ENABLE_VERIFICATION_REQUIREMENT,
        Instruction.RESET_RETRY_COUNTER,
        Instruction.RESET_RETRY_COUNTER_TLV,
        # Private keys, in the way of every driver of OpenSC that brings keys in; with some also first values of codes.
        Instruction.PUT_DATA,
        Instruction.PUT_DATA_TLV,
        # A whole command in another's data, which may be one of these.
        Instruction.ENVELOPE,
        Instruction.ENVELOPE_TLV,
        _LOAD_KEY,
        _IMPORT_KEY,
        _SET_MANAGEMENT_KEY,
    }
)
"""Instructions whose data field, and whatever may be answered to it, is masked."""

_FOR_THE_READER = 0xFF
_STORE_DATA = int(Instruction.APPEND_RECORD)
"""The same byte is STORE DATA in the proprietary class of GlobalPlatform."""
_PLAIN_VALUE = 0x80
_DECIPHERING = frozenset(
    {
        int(Instruction.PERFORM_SECURITY_OPERATION),
        int(Instruction.GENERAL_AUTHENTICATE),
        int(Instruction.GENERAL_AUTHENTICATE_TLV),
    }
)
_PERFORM = bytes([Instruction.PERFORM_SECURITY_OPERATION])
_GET_RESPONSE = bytes([Instruction.GET_RESPONSE])
_NOTHING = range(0)
_PIV_DECIPHERING_KEYS = frozenset({0x9A, 0x9D, 0x9E, *range(0x82, 0x96)})
"""All but the one for signatures: with RSA, nothing tells a signature from a deciphered text."""
_KEY_AGREEMENT = 0x00
"""P2 of a GENERAL AUTHENTICATE whose key an environment has chosen; MyEID agrees on keys so."""


class Mask:
    """Writes exchanges with their secrets masked. Serves one session, in order: GET RESPONSE brings what was before."""

    def __init__(self, also: Collection[int] = ()) -> None:
        """`also`: instruction bytes of a card's own whose data is secret too."""
        self._secret_data = SECRET_DATA | frozenset(also)
        self._answer_is_secret = False

    def write(self, command: bytes, answer: bytes) -> tuple[str, str]:
        """Command and answer as written in a trace; headers, lengths and status words stay readable."""
        secret = len(command) >= 4 and self._data_is_secret(command[0], command[1])
        if command[1:2] != _GET_RESPONSE:
            self._answer_is_secret = secret or _answer_is_plain_text(command)
        hidden = data_field(command) if secret or _data_is_plain_text(command) else _NOTHING
        hidden_answer = range(max(0, len(answer) - 2)) if self._answer_is_secret else _NOTHING
        return written(command, hidden), written(answer, hidden_answer)

    def _data_is_secret(self, cla: int, ins: int) -> bool:
        return ins in self._secret_data or cla == _FOR_THE_READER or (ins == _STORE_DATA and cla >= 0x80)


def _data_is_plain_text(command: bytes) -> bool:
    """Whether a command enciphers what it brings (ISO 7816-8, 5.2, table 5)."""
    return command[1:2] == _PERFORM and command[3:4] == bytes([_PLAIN_VALUE])


def _answer_is_plain_text(command: bytes) -> bool:
    """Whether a command deciphers or agrees on a key (ISO 7816-8, 5.2, table 5; FIPS 201 for the keys of PIV)."""
    if len(command) < 4 or command[1] not in _DECIPHERING:
        return False
    _, ins, p1, p2 = command[:4]
    if ins == Instruction.PERFORM_SECURITY_OPERATION:
        return p1 == _PLAIN_VALUE
    return p2 in _PIV_DECIPHERING_KEYS or p2 == _KEY_AGREEMENT


def data_field(command: bytes) -> range:
    """Where the data of a command lies (ISO 7816-3, 12.1.3); all after the header when its lengths disagree."""
    size = len(command)
    if size <= 5:
        return range(0)
    if command[4]:
        lc, start, le_sizes = command[4], 5, (0, 1)
    elif size >= 7:
        lc, start, le_sizes = int.from_bytes(command[5:7]), 7, (0, 2)
    else:
        return range(4, size)
    if start == 7 and size == 7:
        return range(0)
    if lc and size - start - lc in le_sizes:
        return range(start, start + lc)
    return range(4, size)

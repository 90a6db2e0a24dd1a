"""The command set of MyEID, as OpenSC's driver of that name and `pkcs15-init` speak it.

Its files have access in three bytes, six nibbles: 0 for everybody, 1 to 14 for whoever gave the code of this
reference, 15 for nobody. Keys lie in key files, and are named by these. Codes have at most eight characters.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from stuntcard.applets import code_commands, file_commands
from stuntcard.applets.answers import RefusalError, answer
from stuntcard.applets.code_commands import CodeCommands, ValueField
from stuntcard.applets.handling import NO_ANSWER, Handler, handle
from stuntcard.applets.myeid_keys import generate_key_pair, key_data, put_key_part
from stuntcard.applets.myeid_operations import (
    answers_each_part,
    general_authenticate,
    manage_security_environment,
    perform_security_operation,
)
from stuntcard.card.card import Card
from stuntcard.card.files import (
    ERASED,
    LAST_CODE_IN_CONDITION,
    MASTER_FILE,
    Condition,
    File,
    FileKind,
    access,
    code_condition,
    code_of_condition,
)
from stuntcard.card.key_files import BLOCK_LENGTHS, Header
from stuntcard.card.keys import RSA_BITS, SECRET_KEY_BITS, SMALL_RSA_BITS
from stuntcard.card.session import NOTHING_UNFINISHED
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy.law import permits, unblocking_code
from stuntcard.profile.model import LONGEST_CODE_OF_MYEID

NAME = bytes.fromhex("A000000063504B43532D3135")
STORED_LENGTH = LONGEST_CODE_OF_MYEID
_FIELD = ValueField(STORED_LENGTH)

VERSION = bytes((4, 5, 5))
_INFO_HEAD = b"MyEID"
_SERIAL_LENGTH, _COUNTER_LENGTH = 10, 2
_CREATION, _ACTIVATED = 0x01, 0x07
_CLASSES = (0x00, 0x10, 0xA0)
"""DELETE FILE comes in class A0, a part of a long text with the bit of chaining."""
_NOBODY = 0x0F

_INITIALISE, _CODE_OBJECTS = 0xE0, 0xB0
_LONGEST_CODE_OBJECT = 47
_TRIES, _UNBLOCKING_TRIES = 5, 10
"""Of a code whose maker gives none."""
_THIS_APPLET = 0x0400

_RSA, _3DES, _AES, _ECC = 0x01, 0x02, 0x04, 0x08
CURVE_BITS = (192, 224, 256, 384, 521)
_KEY_BITS = {
    FileKind.RSA_KEY: (*SMALL_RSA_BITS, *RSA_BITS),
    FileKind.EC_KEY: CURVE_BITS,
    **{kind: SECRET_KEY_BITS[length] for kind, length in BLOCK_LENGTHS.items()},
}

_EF_OPERATIONS = (("read", "update"), ("delete_self",))
_DF_OPERATIONS = (("create_df", "create_ef"), ("delete_self",))
_KEY_OPERATIONS = (("use", "update"), ("delete_self", "generate"))
"""What the nibbles of the first bytes give access to; those that are left are not used."""


class MyEid:
    """The applet. All that it knows of a client is in the card's session."""

    name = NAME

    def answers_each_part(self, command: Command) -> bool:
        """Ciphers of blocks answer each part of a long text."""
        return answers_each_part(command)

    def select(self, card: Card, command: Command) -> Response:
        """Selected by name; the master file is the current one."""
        root = card.files.at(MASTER_FILE)
        card.select_file(root)
        if command.p2 == NO_ANSWER:
            return Response(StatusWord.OK)
        return Response(StatusWord.OK, tlv.encode(0x6F, _described(card, root)))

    def handle(self, card: Card, command: Command) -> Response:
        """Answers a command of this set; any other with 6E00 or 6D00."""
        before = card.session.unfinished
        try:
            return handle(card, command, _HANDLERS, _CLASSES)
        finally:
            if card.session.unfinished is before:  # nothing waits for the next command but what this one left
                card.session.unfinished = NOTHING_UNFINISHED

    def codes_concerned(self, card: Card, command: Command) -> frozenset[str]:
        """Codes go by their references."""
        return code_commands.codes_concerned(card, command)


# Files


def _operations(kind: FileKind) -> tuple[tuple[str, ...], ...]:
    if kind.is_key:
        return _KEY_OPERATIONS
    return _DF_OPERATIONS if kind is FileKind.DF else _EF_OPERATIONS


def _nibble(card: Card, condition: int) -> int:
    """A condition as the reference of the code that it asks for."""
    if condition == Condition.ALWAYS:
        return 0
    reference = code_of_condition(condition)
    guard = card.profile.files.guard
    if condition == Condition.USER and guard is not None:
        reference = card.profile.codes[guard].reference
    return reference if reference is not None and reference <= LAST_CODE_IN_CONDITION else _NOBODY


def _condition(nibble: int) -> int:
    if nibble == _NOBODY:
        return Condition.NEVER
    return code_condition(nibble) if nibble else Condition.ALWAYS


def _access_bytes(card: Card, file: File) -> bytes:
    """A file's access in three bytes."""
    octets = bytearray(b"\xff\xff\xff")
    for position, names in enumerate(_operations(file.kind)):
        nibbles = [_nibble(card, file.condition_named(name)) for name in names] + [_NOBODY]
        octets[position] = nibbles[0] << 4 | nibbles[1]
    return bytes(octets)


def _rights(kind: FileKind, octets: bytes) -> bytes:
    """Access that came in three bytes; what they do not speak of, nobody may."""
    given: dict[str, int] = {}
    for position, names in enumerate(_operations(kind)):
        nibbles = (octets[position] >> 4, octets[position] & 0x0F)
        given |= {name: _condition(nibble) for name, nibble in zip(names, nibbles, strict=False)}
    return access(otherwise=Condition.NEVER, **given)


def _described(card: Card, file: File) -> bytes:
    """What an FCI says of a file. OpenSC takes a card in creation as open, and never asks for a code there."""
    life_cycle = _CREATION if card.is_open else _ACTIVATED
    attributes = file.content[2:4] if file.kind.is_key else bytes(2)
    return file.description(life_cycle) + tlv.encode(0x86, _access_bytes(card, file)) + tlv.encode(0x85, attributes)


def _select(card: Card, command: Command) -> Response:
    return file_commands.select(card, command, partial(_described, card))


def _create_file(card: Card, command: Command) -> Response:
    return file_commands.create_file(card, command, _to_create)


def _to_create(description: file_commands.Description) -> File:
    octets = description.field(0x86)
    attributes = description.field(0x85) or bytes(2)
    if octets is None or len(octets) != 3 or len(attributes) != 2:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    kind = description.kind(frozenset(FileKind))
    rights = _rights(kind, octets)
    if kind is FileKind.DF:
        return File(description.path, kind, rights, name=description.name)
    if kind is FileKind.EF:
        return File(description.path, kind, rights, ERASED * description.size)
    if description.size not in _KEY_BITS[kind]:
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
    header = Header(description.size, int.from_bytes(attributes))
    return File(description.path, kind, rights, header.encode())


_LISTS: dict[int, Callable[[FileKind], bool]] = {
    0xA1: lambda _: True,
    0xA2: lambda kind: kind is FileKind.EF,
    0xA3: lambda kind: kind is FileKind.DF,
    0xA4: lambda kind: kind is FileKind.RSA_KEY,
    0xA5: lambda kind: kind is FileKind.EC_KEY,
    0xA6: lambda kind: kind in BLOCK_LENGTHS,
}


def _list_files(card: Card, wanted: Callable[[FileKind], bool]) -> bytes:
    """The identifiers of files in the current DF."""
    directory = card.current_df
    children = (file for file in card.files.files.values() if file.path[:-2] == directory and wanted(file.kind))
    return b"".join(file.identifier for file in children)


# Data


def _info(card: Card) -> bytes:
    """The applet's version, the card's serial number, and a number that changes with the files."""
    serial = bytes.fromhex(card.profile.token.serial)[-_SERIAL_LENGTH:].rjust(_SERIAL_LENGTH, b"\0")
    return _INFO_HEAD + VERSION + serial + card.mark_of_files(_COUNTER_LENGTH)


def _capabilities(_: Card) -> bytes:
    """What the applet can do, and its longest keys, in bits: RSA, 3DES, AES, EC."""
    longest = (RSA_BITS[-1], SECRET_KEY_BITS[8][-1], SECRET_KEY_BITS[16][-1], CURVE_BITS[-1])
    features = _RSA | _3DES | _AES | _ECC
    return b"\x01" + features.to_bytes(2) + b"".join(bits.to_bytes(2) for bits in longest)


def _codes_given(card: Card) -> bytes:
    """A bit for each code that was given, the lowest for the first."""
    given = 0
    for name, code in card.profile.codes_on_chip.items():
        if code.reference is not None and code.reference <= LAST_CODE_IN_CONDITION and permits(card.state, name):
            given |= 1 << (code.reference - 1)
    return given.to_bytes(2)


def _code_object(card: Card, reference: int) -> bytes:
    """Tries left of a code and of the one that unblocks it, both limits, flags and kinds, and the least lengths."""
    name = code_commands.named(card, reference)
    by = unblocking_code(card.profile, name)
    states = [card.state.codes[name], card.state.codes[by] if by is not None else None]
    least = [card.profile.codes[one].length.min if one is not None else 0 for one in (name, by)]
    left = [code.tries_left if code is not None else 0 for code in states]
    limits = [code.tries_limit if code is not None else 0 for code in states]
    return bytes((*left, *limits, 0, 0, 0, *least))


_DATA: dict[int, Callable[[Card], bytes]] = {0xA0: _info, 0xAA: _capabilities, 0xAC: _codes_given}


def _get_data(card: Card, command: Command) -> Response:
    if command.p1 != 0x01:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    if command.p2 & 0xF0 == _CODE_OBJECTS:
        return Response(StatusWord.OK, _code_object(card, command.p2 & 0x0F))
    if command.p2 in _LISTS:
        return Response(StatusWord.OK, _list_files(card, _LISTS[command.p2]))
    tell = _DATA.get(command.p2)
    return Response(StatusWord.OK, tell(card) if tell is not None else key_data(card, command.p2))


def _put_data(card: Card, command: Command) -> Response:
    if command.p1 != 0x01:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    if command.p2 == _INITIALISE:
        return _erase(card, command)
    return _make_code(card, command) if command.p2 <= LAST_CODE_IN_CONDITION else put_key_part(card, command)


def _erase(card: Card, command: Command) -> Response:
    """The size of the memory, which is not asked for here, and access to the two directories, three bytes each."""
    if len(command.data) != 8:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    card.erase(_rights(FileKind.DF, command.data[2:5]), _rights(FileKind.DF, command.data[5:8]))
    return Response(StatusWord.OK)


def _make_code(card: Card, command: Command) -> Response:
    """A code, the one that unblocks it, and their tries; what may follow asks for what is not here."""
    name, data = code_commands.named(card, command.p2), command.data
    if not 2 * STORED_LENGTH <= len(data) <= _LONGEST_CODE_OBJECT:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    value, unblocking = _FIELD.two(data[: 2 * STORED_LENGTH])
    tries = data[2 * STORED_LENGTH : 2 * STORED_LENGTH + 2]
    given = tuple(tries[position] if position < len(tries) else 0 for position in range(2))
    verdict = card.make_code(name, value, unblocking, (given[0] or _TRIES, given[1] or _UNBLOCKING_TRIES))
    return answer(verdict)


def _activate(card: Card, command: Command) -> Response:
    if command.p1p2 != _THIS_APPLET or command.data not in (b"", NAME):
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    card.activate()
    return Response(StatusWord.OK)


def _log_out(card: Card, command: Command) -> Response:
    if command.p1:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    card.log_out(code_commands.named(card, command.p2) if command.p2 else None)
    return Response(StatusWord.OK)


_HANDLERS: dict[int, Handler] = {
    **file_commands.HANDLERS,
    **CodeCommands(_FIELD).handlers(),
    Instruction.SELECT: _select,
    Instruction.CREATE_FILE: _create_file,
    Instruction.DELETE_FILE: partial(file_commands.delete_file, by_its_parent=False),
    Instruction.ACTIVATE_FILE: _activate,
    Instruction.LOG_OUT: _log_out,
    Instruction.MANAGE_SECURITY_ENVIRONMENT: manage_security_environment,
    Instruction.PERFORM_SECURITY_OPERATION: perform_security_operation,
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR: generate_key_pair,
    Instruction.GENERAL_AUTHENTICATE: general_authenticate,
    Instruction.GET_DATA: _get_data,
    Instruction.PUT_DATA: _put_data,
}

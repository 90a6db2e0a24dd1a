"""The command set of Microsoft's Generic Identity Device Specification, as OpenSC's driver `gids` and Windows speak it.

Clients know one code, the keys that it guards and their certificates: those of the area that the profile shows. All
else that they see stands in data objects, by file and tag, and is made of what the card has.
"""

from __future__ import annotations

from stuntcard.applets import gids_codes, gids_data
from stuntcard.applets.answers import RefusalError
from stuntcard.applets.gids_data import APPLICATION
from stuntcard.applets.gids_files import PLACES, own_change
from stuntcard.applets.gids_keys import (
    create_key_file,
    delete_key_file,
    generate_key_pair,
    has_key_file,
    key_identifier,
    manage_security_environment,
    perform_security_operation,
)
from stuntcard.applets.handling import NO_ANSWER, Handler, handle
from stuntcard.card.applet import BY_NAME
from stuntcard.card.card import Card
from stuntcard.card.memos import Memo
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord

NAME = bytes.fromhex("A00000039742544659")
"""What clients select; the card's own name goes on with the version of the specification and of the application."""
FULL_NAME = NAME + bytes.fromhex("0201")

_BY_IDENTIFIER = 0x00
_FILE_INFORMATION, _CONTROL_PARAMETERS, _MANAGEMENT = 0x00, 0x04, 0x08
_TEMPLATES = {_FILE_INFORMATION: 0x6F, _CONTROL_PARAMETERS: 0x62, _MANAGEMENT: 0x64}
_MANAGEMENT_DATA = bytes.fromhex("5F2F0160 7F65028000")
"""That the application's code, and a global one, are asked for."""
_CONDITIONS = {
    number: bytes.fromhex(conditions)
    for number, conditions in (
        (0xA000, "3000"), (0xA010, "3000"), (0xA011, "30FF"), (0xA012, "2000"), (0xA013, "3030"), (0xA014, "2020"),
    )
}  # fmt: skip
"""What the specification asks for writing and reading: 30 a code or an administrator, 20 an administrator."""

_SELECTED = Memo(b"")
"""The identifier of the file selected last."""


class Gids:
    """The applet. What it knows of a client is in the card's session and memos."""

    def __init__(self, name: bytes) -> None:
        self.name = name

    def select(self, card: Card, command: Command) -> Response:
        """Selected by name."""
        card.memos.note(_SELECTED, b"")
        if command.p2 == NO_ANSWER:
            return Response(StatusWord.OK)
        template = tlv.encode(0x4F, FULL_NAME) + tlv.encode(0x73, tlv.encode(0x40, b"\xc0"))
        return Response(StatusWord.OK, tlv.encode(0x61, template))

    def handle(self, card: Card, command: Command) -> Response:
        """Answers a command of this set; any other with 6E00 or 6D00."""
        if command.ins not in _CHANGING:
            return handle(card, command, _HANDLERS)
        with own_change(card):
            return handle(card, command, _HANDLERS)

    def codes_concerned(self, card: Card, command: Command) -> frozenset[str]:
        """Codes go by two numbers of this command set's own."""
        return gids_codes.codes_concerned(card, command)


# Files are selected by their identifiers, to be activated or deleted


def _select(card: Card, command: Command) -> Response:
    if command.p1 != _BY_IDENTIFIER:
        raise RefusalError(StatusWord.FILE_NOT_FOUND if command.p1 == BY_NAME else StatusWord.INCORRECT_P1P2)
    if command.p2 not in (*_TEMPLATES, NO_ANSWER):
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    if len(command.data) != 2:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    told = _told(card, command.data, command.p2)
    card.memos.note(_SELECTED, command.data)
    return Response(StatusWord.OK, b"" if command.p2 == NO_ANSWER else tlv.encode(_TEMPLATES[command.p2], told))


def _told(card: Card, identifier: bytes, how: int) -> bytes:
    """What is told of a file. Raises RefusalError (6A82) where there is none."""
    number, reference = int.from_bytes(identifier), key_identifier(identifier)
    if number == APPLICATION:
        return _MANAGEMENT_DATA if how == _MANAGEMENT else bytes.fromhex("8201388C03033030")
    if number in PLACES:
        return bytes.fromhex("820139 8302") + identifier + tlv.encode(0x8C, b"\x03" + _CONDITIONS[number])
    if reference is not None and has_key_file(card, reference):
        return bytes.fromhex("820118 8302") + identifier + bytes.fromhex("8C058F10101000")
    raise RefusalError(StatusWord.FILE_NOT_FOUND)


def _create_file(card: Card, command: Command) -> Response:
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    template, rest = tlv.parse_one(command.data)
    if template.tag != _TEMPLATES[_CONTROL_PARAMETERS] or rest:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    fields = template.children()
    if int.from_bytes(tlv.find(fields, 0x83) or b"") in PLACES:
        raise RefusalError(StatusWord.FILE_EXISTS)
    reference = create_key_file(card, fields)
    card.memos.note(_SELECTED, bytes([0xB0, reference]))
    return Response(StatusWord.OK)


def _activate_file(card: Card, command: Command) -> Response:
    """All is active here from the start; whoever makes a file says so all the same."""
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    if command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    if not card.memos.read(_SELECTED):
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    return Response(StatusWord.OK)


def _delete_file(card: Card, command: Command) -> Response:
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    if command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    reference = key_identifier(card.memos.read(_SELECTED))
    if reference is None:
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    delete_key_file(card, reference)
    card.memos.note(_SELECTED, b"")
    return Response(StatusWord.OK)


_HANDLERS: dict[int, Handler] = {
    **gids_codes.HANDLERS,
    **gids_data.HANDLERS,
    Instruction.SELECT: _select,
    Instruction.CREATE_FILE: _create_file,
    Instruction.ACTIVATE_FILE: _activate_file,
    Instruction.DELETE_FILE: _delete_file,
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR_TLV: generate_key_pair,
    Instruction.MANAGE_SECURITY_ENVIRONMENT: manage_security_environment,
    Instruction.PERFORM_SECURITY_OPERATION: perform_security_operation,
}
_CHANGING = frozenset(
    (
        Instruction.CREATE_FILE,
        Instruction.DELETE_FILE,
        Instruction.PUT_DATA_TLV,
        Instruction.GENERATE_ASYMMETRIC_KEY_PAIR_TLV,
    )
)
"""What changes files and containers. A code that is changed is counted by the card: not every client does."""

"""The public commands of the Czech identity card, as the open-source programs for the real card send them.

They are those of two applications. Card management shows the card's numbers and how its codes stand, and takes new
values of IOK and DOK; the other one has the certificates as files. The real card takes new values under secure
messaging only (CLA 8C), with keys that are not public; this one takes them in the clear (CLA 00) instead.
"""

from __future__ import annotations

from collections.abc import Callable

from stuntcard.applets.answers import RefusalError, answer, the_code
from stuntcard.applets.code_commands import concerned
from stuntcard.applets.file_commands import offset_in
from stuntcard.applets.handling import NO_ANSWER, Handler, handle
from stuntcard.card.card import Card
from stuntcard.card.files import File, FileKind
from stuntcard.card.pkcs15 import FACTORY
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord, wrong_le
from stuntcard.policy.law import unblocking_code
from stuntcard.policy.state import CodeState
from stuntcard.profile.model import CodeStatus

MANAGEMENT = bytes.fromhex("D20310010001000202")
FILES = bytes.fromhex("D2031001000103020100")

BLOCK_LENGTH = 0xD0
"""READ BINARY gives no more than this at once."""
FIELD_LENGTH = 10
PAD = b"\xff"

_PROPRIETARY, _SECURE_MESSAGING = 0x80, 0x8C
_CARD_DATA = 0x01
_CHANGE, _UNBLOCK = 0x00, 0x01
_FILE_INFORMATION = 0x00
_BY_NAME, _BY_PATH = 0x04, 0x08

_IOK, _DOK = 0x11, 0x10
"""P2 of the codes, `eop_reference` in a profile."""
_USABLE, _BLOCKED = 0x01, 0x04

_CARD_NUMBER, _SERIAL_NUMBER = 0x01, 0x02


class EopManagement:
    """The application of card management."""

    name = MANAGEMENT

    def select(self, card: Card, command: Command) -> Response:  # noqa: ARG002 - the protocol of applets
        """Selected by name."""
        return _selected(MANAGEMENT, command)

    def handle(self, card: Card, command: Command) -> Response:
        """GET DATA, and new values of codes; anything else with 6E00, 6D00, or 6882 for secure messaging."""
        return _handle(card, command, {_PROPRIETARY: {Instruction.GET_DATA: _get_data}, 0: _MANAGEMENT_HANDLERS})

    def codes_concerned(self, card: Card, command: Command) -> frozenset[str]:
        """Codes go by references of this command set's own."""
        return _codes_concerned(card, command)


class EopFiles:
    """The application with the files."""

    name = FILES

    def select(self, card: Card, command: Command) -> Response:  # noqa: ARG002 - the protocol of applets
        """Selected by name; no file is the current one yet."""
        return _selected(FILES, command)

    def handle(self, card: Card, command: Command) -> Response:
        """SELECT and READ BINARY; anything else with 6E00, 6D00, or 6882 for secure messaging."""
        return _handle(card, command, {0: _FILES_HANDLERS})

    def codes_concerned(self, card: Card, command: Command) -> frozenset[str]:
        """Codes go by references of this command set's own."""
        return _codes_concerned(card, command)


def _handle(card: Card, command: Command, handlers: dict[int, dict[int, Handler]]) -> Response:
    """Answers a command by the handlers of its class and instruction."""
    if command.cla == _SECURE_MESSAGING:
        return Response(StatusWord.SECURE_MESSAGING_NOT_SUPPORTED)
    return handle(card, command, handlers.get(command.cla, {}), tuple(handlers))


def _codes_concerned(card: Card, command: Command) -> frozenset[str]:
    """One command both changes a code and unblocks it; P1 tells which."""
    unblocks = command.ins == Instruction.CHANGE_REFERENCE_DATA and command.p1 != _CHANGE
    return concerned(card, command, lambda code: code.eop_reference == command.p2, unblocks=unblocks)


def _selected(name: bytes, command: Command) -> Response:
    if command.p2 == NO_ANSWER:
        return Response(StatusWord.OK)
    return Response(StatusWord.OK, tlv.encode(0x6F, tlv.encode(0x84, name)))


def _exactly(data: bytes, command: Command) -> Response:
    """The data for whoever knows its length, and 6Cxx with the right one for all others."""
    if command.data or command.le is None:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    return Response(StatusWord.OK, data) if command.le == len(data) else Response(wrong_le(len(data)))


# Card management


def _get_data(card: Card, command: Command) -> Response:
    read = _DATA.get(command.p2)
    if command.p1 != _CARD_DATA or read is None:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return _exactly(read(card), command)


def _card_number(card: Card) -> bytes:
    personalisation = card.profile.personalisation
    if personalisation is None or personalisation.document_number is None:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return personalisation.document_number.encode("ascii")


def _serial_number(card: Card) -> bytes:
    return bytes.fromhex(card.profile.token.serial)


def _state(code: CodeState) -> int:
    return {CodeStatus.NOT_SET: 0, CodeStatus.SET: _USABLE, CodeStatus.BLOCKED: _BLOCKED}[code.status]


def _about(reference: int, tell: Callable[[CodeState], int]) -> Callable[[Card], bytes]:
    """What reads one byte about a code."""
    return lambda card: bytes([tell(card.state.codes[_code(card, reference)])])


def _code(card: Card, reference: int) -> str:
    """The code of a reference number."""
    return the_code(card.profile, lambda code: code.eop_reference == reference)


def _change_or_unblock(card: Card, command: Command) -> Response:
    if card.profile.eop is None or not card.profile.eop.plain_code_changes:
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
    if command.p1 not in (_CHANGE, _UNBLOCK):
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    name = _code(card, command.p2)
    if len(command.data) != 2 * FIELD_LENGTH:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    given, new = (field.rstrip(PAD) for field in (command.data[:FIELD_LENGTH], command.data[FIELD_LENGTH:]))
    if command.p1 == _CHANGE:
        return answer(card.change(name, given, new), card.state.codes[name])
    by = unblocking_code(card.profile, name)
    if by is None:
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    return answer(card.reset_code(name, by, given, new), card.state.codes[by])


_DATA: dict[int, Callable[[Card], bytes]] = {
    _CARD_NUMBER: _card_number,
    _SERIAL_NUMBER: _serial_number,
    0x82: _about(_IOK, _state),
    0x83: _about(_IOK, lambda code: code.tries_left),
    0x84: _about(_IOK, lambda code: code.tries_limit),
    0x8B: _about(_DOK, _state),
    0x8C: _about(_DOK, lambda code: code.tries_left),
    0x8D: _about(_DOK, lambda code: code.tries_limit),
}


def _no_such_application(_: Card, command: Command) -> Response:
    """A SELECT that no applet took for its own: by a name that there is not, or of a file, which are not here."""
    by_name = command.p1 == _BY_NAME
    return Response(StatusWord.FILE_NOT_FOUND if by_name else StatusWord.INCORRECT_P1P2)


_MANAGEMENT_HANDLERS: dict[int, Handler] = {
    Instruction.SELECT: _no_such_application,
    Instruction.CHANGE_REFERENCE_DATA: _change_or_unblock,
}


# Files


def _select_file(card: Card, command: Command) -> Response:
    if command.p1 != _BY_PATH or command.p2 != _FILE_INFORMATION:
        return _no_such_application(card, command)
    file = _file(card, command.data)
    card.select_file(file)
    # Clients count on the file's size in the fifth and sixth bytes: it is the first thing in an FCI here.
    return Response(StatusWord.OK, tlv.encode(0x6F, file.control_parameters()))


def _file(card: Card, identifier: bytes) -> File:
    personalisation = card.profile.personalisation
    keys = personalisation.keys if personalisation is not None else ()
    if identifier.hex().upper() not in {key.certificate.eop_file for key in keys}:
        raise RefusalError(StatusWord.FILE_NOT_FOUND)
    return card.files.at(FACTORY + identifier)


def _read_binary(card: Card, command: Command) -> Response:
    file = card.current_file
    if file.kind is not FileKind.EF:
        raise RefusalError(StatusWord.COMMAND_NOT_ALLOWED)
    rest = file.content[offset_in(command) :]
    if not rest:
        raise RefusalError(StatusWord.WRONG_OFFSET)
    if command.data or command.le is None:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    most = min(BLOCK_LENGTH, len(rest))
    return Response(StatusWord.OK, rest[: command.le]) if command.le <= most else Response(wrong_le(most))


_FILES_HANDLERS: dict[int, Handler] = {
    Instruction.SELECT: _select_file,
    Instruction.READ_BINARY: _read_binary,
}

"""Commands on files that mean the same in every command set (ISO 7816-4, 11.2 and 11.3; ISO 7816-9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stuntcard.applets.answers import RefusalError
from stuntcard.applets.handling import NO_ANSWER, Handler
from stuntcard.card.card import Card
from stuntcard.card.files import CURRENT_DF, MASTER_FILE, MAX_FILE_SIZE, File, FileError, FileKind, Operation
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord

_FILE_INFORMATION, _CONTROL_PARAMETERS = 0x00, 0x04
_BY_SHORT_IDENTIFIER, _RESERVED_BITS = 0x80, 0x60


def select(card: Card, command: Command, describe: Callable[[File], bytes]) -> Response:
    """SELECT of a file; `describe` gives what stands in its FCI or FCP."""
    file = _file_to_select(card, command.p1, command.data)
    if command.p2 not in (_FILE_INFORMATION, _CONTROL_PARAMETERS, NO_ANSWER):
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    card.select_file(file)
    if command.p2 == NO_ANSWER:
        return Response(StatusWord.OK)
    template = 0x62 if command.p2 == _CONTROL_PARAMETERS else 0x6F
    return Response(StatusWord.OK, tlv.encode(template, describe(file)))


def _file_to_select(card: Card, how: int, data: bytes) -> File:
    """The file that SELECT's P1 and data name (ISO 7816-4, table 62)."""
    match how:
        case 0x00:
            return _by_identifier(card, card.current_df, data)
        case 0x01 | 0x02 if len(data) == 2:
            file = card.files.at(card.current_df + data)
            if (file.kind is FileKind.DF) != (how == 0x01):
                raise RefusalError(StatusWord.FILE_NOT_FOUND)
            return file
        case 0x03 if not data:
            return card.files.at(card.current_df[:-2] or MASTER_FILE)
        case 0x04:
            return card.files.by_name(data)
        case 0x08:
            return card.files.at(data if data.startswith(MASTER_FILE) else MASTER_FILE + data)
        case 0x09:
            return card.files.at(card.current_df + data)
        case 0x01 | 0x02 | 0x03:
            raise RefusalError(StatusWord.WRONG_LENGTH)
        case _:
            raise RefusalError(StatusWord.INCORRECT_P1P2)


def _by_identifier(card: Card, current_df: bytes, data: bytes) -> File:
    """The master file; else the child, the DF itself or its sibling, or its parent of this identifier."""
    if data in (b"", MASTER_FILE):
        return card.files.at(MASTER_FILE)
    if len(data) != 2:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    if data == CURRENT_DF:
        return card.files.at(current_df)
    parent = current_df[:-2]
    for path in (current_df + data, parent + data, parent):
        if path and path[-2:] == data and path in card.files.files:
            return card.files.at(path)
    raise FileError(StatusWord.FILE_NOT_FOUND)


def offset_in(command: Command) -> int:
    """The offset in P1 and P2. Bit 8 of P1 is for a short identifier, and no file here has one (ISO 7816-4, 11.3.1)."""
    if command.p1 & _BY_SHORT_IDENTIFIER:
        reserved = command.p1 & _RESERVED_BITS
        raise RefusalError(StatusWord.INCORRECT_P1P2 if reserved else StatusWord.FILE_NOT_FOUND)
    return command.p1p2


def _current_ef(card: Card) -> File:
    file = card.current_file
    if file.kind is not FileKind.EF:
        raise RefusalError(StatusWord.COMMAND_NOT_ALLOWED)
    return file


def read_binary(card: Card, command: Command) -> Response:
    """READ BINARY of the current EF."""
    offset, file = offset_in(command), _current_ef(card)
    if command.data or command.le is None:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    if not card.allowed(file, Operation.READ):
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
    if offset >= len(file.content):
        raise RefusalError(StatusWord.WRONG_OFFSET)
    return Response(StatusWord.OK, file.content[offset : offset + command.le])


def update_binary(card: Card, command: Command) -> Response:
    """UPDATE BINARY of the current EF."""
    offset, file = offset_in(command), _current_ef(card)
    if not command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    card.update_file(file, offset, command.data)
    return Response(StatusWord.OK)


def create_file(card: Card, command: Command, described: Callable[[Description], File]) -> Response:
    """CREATE FILE; `described` gives the file that an FCI or FCP template describes."""
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    file = described(Description(card, command.data))
    card.create_file(file)
    card.select_file(file)
    return Response(StatusWord.OK)


class Description:
    """What an FCI or FCP template says of a file to be made (ISO 7816-4, table 12). Raises RefusalError, TlvError."""

    def __init__(self, card: Card, data: bytes) -> None:
        template, rest = tlv.parse_one(data)
        if template.tag not in (0x62, 0x6F) or rest:
            raise RefusalError(StatusWord.INCORRECT_DATA)
        self._fields = template.children()
        descriptor, identifier = self.field(0x82), self.field(0x83)
        if not descriptor or identifier is None or len(identifier) != 2 or identifier in (MASTER_FILE, CURRENT_DF):
            raise RefusalError(StatusWord.INCORRECT_DATA)
        self._descriptor = descriptor[0]
        self.path = card.current_df + identifier

    def field(self, tag: int) -> bytes | None:
        """The value of a field."""
        return tlv.find(self._fields, tag)

    def kind(self, kinds: frozenset[FileKind], mask: int = 0xFF) -> FileKind:
        """The kind of file, if it is one of these; `mask` has the bits of the file descriptor byte that count."""
        for kind in kinds:
            if kind.value == self._descriptor & mask:
                return kind
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)

    @property
    def name(self) -> bytes:
        """A DF's name; empty for none."""
        return self.field(0x84) or b""

    @property
    def size(self) -> int:
        """The size, in whatever unit such a file has."""
        size = int.from_bytes(self.field(0x80) or self.field(0x81) or b"")
        if size > MAX_FILE_SIZE:
            raise RefusalError(StatusWord.NOT_ENOUGH_MEMORY)
        return size


def delete_file(card: Card, command: Command, *, by_its_parent: bool = True) -> Response:
    """DELETE FILE of the current file, or of the child of the current DF that the data names.

    `by_its_parent`: as in `Card.delete_file`.
    """
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    file = card.current_file
    if command.data:
        if len(command.data) != 2:
            raise RefusalError(StatusWord.WRONG_LENGTH)
        file = card.files.at(card.current_df + command.data)
    card.delete_file(file, by_its_parent=by_its_parent)
    card.select_file(card.files.at(file.path[:-2]))
    return Response(StatusWord.OK)


def get_challenge(card: Card, command: Command) -> Response:
    """GET CHALLENGE: as many random bytes as are asked for."""
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    if command.le is None or command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    return Response(StatusWord.OK, card.random(command.le))


HANDLERS: Mapping[int, Handler] = {
    Instruction.READ_BINARY: read_binary,
    Instruction.UPDATE_BINARY: update_binary,
    Instruction.GET_CHALLENGE: get_challenge,
}
"""Those that are the same to the letter in every command set."""

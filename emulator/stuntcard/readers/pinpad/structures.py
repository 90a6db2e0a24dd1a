"""What a program tells a PIN pad, and how the digits get into the command (PC/SC part 10, 2.5; CCID 1.1, 6.1.11).

bmFormatString     units of the position (8), position (7-4), right justified (3), binary, BCD or ASCII (2-1)
bmPINBlockString   size of the length field in bits (8-5), size of the block in bytes (4-1)
bmPINLengthFormat  units of its position (5), position of the length field (4-1)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from struct import Struct

_VERIFY = Struct("<5BHBBHB3sI")
_MODIFY = Struct("<5BBBHBBBH3B3sI")
_HEADER = 4
_FILLER = 0xFF
_BITS = 8


class StructureError(ValueError):
    """A structure that says nothing sensible; the message says why."""


class Format(IntEnum):
    """How digits are written."""

    BINARY = 0
    BCD = 1
    ASCII = 2


class Ends(IntFlag):
    """What ends the entry of a code."""

    AT_MAX = 1
    WITH_OK = 2
    IN_TIME = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """How one code is entered: between `shortest` and `longest` digits; seconds until the first key and the next."""

    shortest: int
    longest: int
    ends: Ends
    first_key_within: int
    next_key_within: int


@dataclass(frozen=True, slots=True)
class Block:
    """How a code becomes part of a command. Positions and sizes of the length field are in bits."""

    format: Format
    right: bool
    position: int
    size: int
    length_size: int
    length_position: int

    def insert(self, data: bytes, code: str, offset: int) -> bytes:
        """The data of a command with the code in it, `offset` bytes further; what stands there already is padding."""
        digits = _written(code, self.format)
        at = offset + self.position // _BITS
        size = self.size or len(digits)
        if len(digits) > size:
            raise StructureError("the block has no room for so many digits")
        framed = bytearray(data.ljust(at + size, bytes([_FILLER])))
        start = at + (size - len(digits) if self.right else 0)
        framed[start : start + len(digits)] = digits
        return self._with_length(bytes(framed), len(code), offset)

    def _with_length(self, data: bytes, length: int, offset: int) -> bytes:
        if not self.length_size:
            return data
        behind = len(data) * _BITS - offset * _BITS - self.length_position - self.length_size
        if behind < 0 or length >> self.length_size:
            raise StructureError("the length of the code has no place in the command")
        mask = (1 << self.length_size) - 1
        number = int.from_bytes(data) & ~(mask << behind) | length << behind
        return number.to_bytes(len(data))


@dataclass(frozen=True, slots=True)
class Verify:
    """A code is typed, and verified by the card."""

    entry: Entry
    block: Block
    command: bytes

    def filled(self, code: str) -> bytes:
        """The command with the code in it."""
        return _with_data(self.command, self.block.insert(_data(self.command), code, 0))


@dataclass(frozen=True, slots=True)
class Modify:
    """A new code is typed, perhaps after the old one, perhaps twice."""

    entry: Entry
    block: Block
    old_wanted: bool
    confirmed: bool
    old_offset: int
    new_offset: int
    command: bytes

    def filled(self, old: str | None, new: str) -> bytes:
        """The command with the codes in it; where they have no places of their own, one after the other."""
        data = _data(self.command)
        new_offset = self.new_offset
        if old is not None:
            empty = not data
            data = self.block.insert(data, old, self.old_offset)
            if empty and new_offset <= self.old_offset:
                new_offset = len(data)
        return _with_data(self.command, self.block.insert(data, new, new_offset))


def parse_verify(raw: bytes) -> Verify:
    """PIN_VERIFY_STRUCTURE. Raises StructureError."""
    if len(raw) < _VERIFY.size:
        raise StructureError("the structure is too short")
    first, following, form, block, length, limits, ends, *_, size = _VERIFY.unpack_from(raw)
    entry = _entry(limits, ends, first, following)
    return Verify(entry, _block(form, block, length), _command(raw[_VERIFY.size :], size))


def parse_modify(raw: bytes) -> Modify:
    """PIN_MODIFY_STRUCTURE. Raises StructureError."""
    if len(raw) < _MODIFY.size:
        raise StructureError("the structure is too short")
    first, following, form, block, length, old, new, limits, confirm, ends, *_, size = _MODIFY.unpack_from(raw)
    entry = _entry(limits, ends, first, following)
    command = _command(raw[_MODIFY.size :], size)
    return Modify(entry, _block(form, block, length), bool(confirm & 2), bool(confirm & 1), old, new, command)


def _entry(limits: int, ends: int, first: int, following: int) -> Entry:
    shortest, longest = limits >> 8, limits & 0xFF
    if shortest > longest or not longest:
        raise StructureError("no code has such a length")
    return Entry(shortest, longest, Ends(ends & 7) or Ends.WITH_OK, first, following)


def _block(form: int, block: int, length: int) -> Block:
    if form & 3 not in tuple(Format):
        raise StructureError("no such format")
    position = (form >> 3 & 0x0F) * (_BITS if form & 0x80 else 1)
    if position % _BITS:
        raise StructureError("a code begins with a byte")
    length_position = (length & 0x0F) * (_BITS if length & 0x10 else 1)
    return Block(Format(form & 3), bool(form & 4), position, block & 0x0F, block >> 4, length_position)


def _command(raw: bytes, size: int) -> bytes:
    if len(raw) != size or size < _HEADER:
        raise StructureError("the command is not as long as the structure says")
    return raw


def _data(command: bytes) -> bytes:
    """What stands where the code will be: as much as Lc says, or nothing."""
    return command[_HEADER + 1 : _HEADER + 1 + command[_HEADER]] if len(command) > _HEADER else b""


def _with_data(command: bytes, data: bytes) -> bytes:
    if len(data) > 0xFF:
        raise StructureError("the command becomes too long")
    return command[:_HEADER] + bytes([len(data)]) + data


def _written(code: str, form: Format) -> bytes:
    match form:
        case Format.BINARY:
            return bytes(int(digit) for digit in code)
        case Format.BCD:
            return bytes.fromhex(code + "F" * (len(code) % 2))
        case Format.ASCII:
            return code.encode("ascii")

"""BER-TLV data objects, as much as a card's answers and directories need (ISO 7816-4, 5.2.2)."""

from __future__ import annotations

_LONG_TAG = 0x1F
_LENGTH_BYTES_MAX = 4


class TlvError(ValueError):
    """Bytes that are no well-formed sequence of data objects."""


def parse(raw: bytes) -> list[tuple[int, bytes]]:
    """The data objects that fill `raw`, each as tag and value. Raises TlvError."""
    found = []
    while raw:
        tag, start, end = _first(raw)
        found.append((tag, raw[start:end]))
        raw = raw[end:]
    return found


def split(raw: bytes) -> tuple[bytes, bytes]:
    """The first data object of `raw` as it stands, and what follows it. Raises TlvError."""
    _, _, end = _first(raw)
    return raw[:end], raw[end:]


def encode(tag: int, value: bytes) -> bytes:
    """A data object with its length in as few bytes as may be."""
    head = tag.to_bytes(max(1, (tag.bit_length() + 7) // 8))
    if len(value) < 0x80:
        return head + bytes((len(value),)) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8)
    return head + bytes((0x80 | len(length),)) + length + value


def _first(raw: bytes) -> tuple[int, int, int]:
    """The first object's tag, and where its value starts and ends."""
    position = 1
    if _at(raw, 0) & _LONG_TAG == _LONG_TAG:
        while _at(raw, position) & 0x80:
            position += 1
        position += 1
    tag, length = int.from_bytes(raw[:position]), _at(raw, position)
    position += 1
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= _LENGTH_BYTES_MAX or position + count > len(raw):
            raise TlvError("a length that can't be read")
        length = int.from_bytes(raw[position : position + count])
        position += count
    if position + length > len(raw):
        raise TlvError("a value that goes beyond the end")
    return tag, position, position + length


def _at(raw: bytes, position: int) -> int:
    if position >= len(raw):
        raise TlvError("an object that breaks off")
    return raw[position]

"""As much of DER (ITU-T X.690) as the CA's own structures need."""

from __future__ import annotations

from collections.abc import Iterator

SEQUENCE = 0x30
OBJECT_IDENTIFIER = 0x06
PRINTABLE_STRING = 0x13
IA5_STRING = 0x16

_CONTINUES = 0x80
_LONG_TAG = 0x1F


class NotDerError(ValueError):
    """The bytes are no such structure."""


def encode(tag: int, *parts: bytes) -> bytes:
    """One tag-length-value with the parts as its value (X.690, 8.1)."""
    value = b"".join(parts)
    if len(value) < _CONTINUES:
        return bytes([tag, len(value)]) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes([tag, _CONTINUES | len(length)]) + length + value


def object_identifier(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER (X.690, 8.19)."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return encode(OBJECT_IDENTIFIER, *(_base_128(arc) for arc in (first * 40 + second, *rest)))


def _base_128(arc: int) -> bytes:
    septets = [arc & 0x7F]
    while arc := arc >> 7:
        septets.append(arc & 0x7F | _CONTINUES)
    return bytes(reversed(septets))


def read(data: bytes) -> dict[int, bytes]:
    """The values in a row of tag-length-values with one-byte tags, by tag.

    Raises NotDerError: cut off, a tag twice, or a length in more bytes than it needs (X.690, 10.1).
    """
    values: dict[int, bytes] = {}
    for tag, value in _each(data):
        if tag in values:
            raise NotDerError(f"tag {tag:02X} stands there twice")
        values[tag] = value
    return values


def only(data: bytes, tag: int) -> bytes:
    """The value of the one tag-length-value that the bytes are. Raises NotDerError."""
    values = read(data)
    if list(values) != [tag]:
        raise NotDerError(f"no tag {tag:02X} alone")
    return values[tag]


def _each(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        tag = data[at]
        if tag & _LONG_TAG == _LONG_TAG:
            raise NotDerError("a tag of more than one byte")
        length, start = _length(data, at + 1)
        at = start + length
        if at > len(data):
            raise NotDerError("cut off")
        yield tag, data[start:at]


def _length(data: bytes, at: int) -> tuple[int, int]:
    """A length, and where its value starts."""
    if at >= len(data):
        raise NotDerError("cut off")
    if data[at] < _CONTINUES:
        return data[at], at + 1
    count = data[at] & 0x7F
    octets = data[at + 1 : at + 1 + count]
    length = int.from_bytes(octets, "big")
    if not count or len(octets) < count or octets[0] == 0 or length < _CONTINUES:
        raise NotDerError("a length that is not DER")
    return length, at + 1 + count

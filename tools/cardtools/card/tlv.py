"""BER-TLV data objects (ISO 7816-4, 5.2.2), by asn1crypto; a tag is a number here as the card's documents write it."""

from __future__ import annotations

from asn1crypto import parser

_LONG_TAG = 0x1F
_LENGTH_SIZE_MAX = 5


class TlvError(ValueError):
    """Bytes that are no well-formed sequence of data objects."""


def parse(raw: bytes) -> list[tuple[int, bytes]]:
    """The data objects that fill `raw`, each as tag and value. Raises TlvError."""
    found = []
    while raw:
        header, value = _first(raw)
        found.append((int.from_bytes(header[: _tag_size(header)]), value))
        raw = raw[len(header) + len(value) :]
    return found


def split(raw: bytes) -> tuple[bytes, bytes]:
    """The first data object of `raw` as it stands, and what follows it. Raises TlvError."""
    header, value = _first(raw)
    end = len(header) + len(value)
    return raw[:end], raw[end:]


def encode(tag: int, value: bytes) -> bytes:
    """A data object with a tag of one byte, and its length in as few bytes as may be."""
    return bytes(parser.emit(tag >> 6, tag >> 5 & 1, tag & _LONG_TAG, value))


def _first(raw: bytes) -> tuple[bytes, bytes]:
    """The first object's tag with length, and its value."""
    try:
        _, _, _, header, value, end = parser.parse(raw)
    except ValueError as error:
        raise TlvError(str(error)) from error
    if end or len(header) - _tag_size(header) > _LENGTH_SIZE_MAX:
        raise TlvError("a form of length that ISO 7816-4 does not have")
    return header, value


def _tag_size(header: bytes) -> int:
    """Bytes of the tag in front of a length. asn1crypto tells a tag's number only, without its class."""
    if header[0] & _LONG_TAG != _LONG_TAG:
        return 1
    return 2 + next(position for position, byte in enumerate(header[1:]) if byte < 0x80)

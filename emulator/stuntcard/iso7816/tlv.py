"""BER-TLV data objects with definite lengths (ISO 7816-4, 5.2.2; X.690, 8.1).

A tag is the number that its bytes make, big-endian: 0x81, 0x5F2D, 0x7F49.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

TAG_BYTES_MAX = 3
LENGTH_BYTES_MAX = 4

_LONG_TAG = 0x1F
_CONSTRUCTED = 0x20
_LONG_LENGTH = 0x80
_SHORT_TAGS = frozenset(tag for tag in range(1, 0x100) if tag & _LONG_TAG != _LONG_TAG)
"""Tags of one byte. They, and lengths of one byte, are what most objects have, and are read and written soonest."""


class TlvError(ValueError):
    """Bytes that are not well-formed BER-TLV, or a tag or length that cannot be written as such."""


class Tlv(NamedTuple):
    """One data object: its tag and the bytes of its value."""

    tag: int
    value: bytes

    @property
    def constructed(self) -> bool:
        """Whether the tag says that the value is itself a sequence of data objects."""
        return _tag_bytes(self.tag)[0] & _CONSTRUCTED != 0

    def children(self, *, padding: bytes = b"", strict: bool = False) -> tuple[Tlv, ...]:
        """The data objects in the value; options and errors as in `parse`."""
        return parse(self.value, padding=padding, strict=strict)

    def encode(self) -> bytes:
        """Tag, length and value."""
        return encode(self.tag, self.value)


def encode(tag: int, value: bytes) -> bytes:
    """The data object, its length in as few bytes as may be. Raises TlvError when `tag` is not one tag."""
    return _tag_bytes(tag) + encode_length(len(value)) + value


def encode_length(length: int) -> bytes:
    """A length field in as few bytes as may be, 1 to 5. Raises TlvError outside 0 to 2**32 - 1."""
    if 0 <= length < _LONG_LENGTH:
        return bytes((length,))
    count = (length.bit_length() + 7) // 8
    if length < 0 or count > LENGTH_BYTES_MAX:
        raise TlvError(f"a length is 0 to {(1 << 8 * LENGTH_BYTES_MAX) - 1}, not {length}")
    return bytes((0x80 | count,)) + length.to_bytes(count)


def parse(raw: bytes, *, padding: bytes = b"", strict: bool = False) -> tuple[Tlv, ...]:
    """The sequence of data objects that fills `raw`; values are not looked into.

    `padding` holds the byte values to skip before, between and after objects: b"\\x00", or b"\\x00\\xFF".
    `strict` refuses tags and lengths written in more bytes than they need, as DER does. Raises TlvError.
    """
    found = []
    position, end = 0, len(raw)
    while position < end:
        if padding and raw[position] in padding:
            position += 1
            continue
        tlv, position = _read(raw, position, strict)
        found.append(tlv)
    return tuple(found)


def parse_one(raw: bytes, *, strict: bool = False) -> tuple[Tlv, bytes]:
    """The first data object of `raw` and the bytes after it. Raises TlvError, for empty `raw` too."""
    tlv, position = _read(raw, 0, strict)
    return tlv, raw[position:]


def find(tlvs: Iterable[Tlv], tag: int) -> bytes | None:
    """The value of the first object with this tag, not looking into values; None when there is none."""
    for tlv in tlvs:
        if tlv.tag == tag:
            return tlv.value
    return None


def _read(raw: bytes, position: int, strict: bool) -> tuple[Tlv, int]:
    """The data object at `position`, and the position after it."""
    start = position
    if start < len(raw) and raw[start] in _SHORT_TAGS:
        tag, position = raw[start], start + 1
    else:
        position = _tag_end(raw, start, strict)
        tag = int.from_bytes(raw[start:position])
    if position < len(raw) and raw[position] < _LONG_LENGTH:
        length, position = raw[position], position + 1
    else:
        length, position = _read_length(raw, position, strict)
    end = position + length
    if end > len(raw):
        raise TlvError(f"object {tag:02X} has {length} bytes by its length, but {len(raw) - position} follow")
    return Tlv(tag, raw[position:end]), end


def _tag_end(raw: bytes, start: int, strict: bool) -> int:
    if start >= len(raw):
        raise TlvError("a data object was expected, but no byte is left")
    if raw[start] == 0:
        raise TlvError(f"byte 00 at {start} is no tag")
    if raw[start] & _LONG_TAG != _LONG_TAG:
        return start + 1
    for position in range(start + 1, start + TAG_BYTES_MAX):
        if position >= len(raw):
            raise TlvError(f"the tag at {start} breaks off")
        if strict and position == start + 1 and _needless_long_tag(raw[position]):
            raise TlvError(f"the tag at {start} has more bytes than it needs")
        if not raw[position] & 0x80:
            return position + 1
    raise TlvError(f"the tag at {start} is longer than {TAG_BYTES_MAX} bytes")


def _needless_long_tag(second: int) -> bool:
    # Tag numbers below 31 fit the first byte, and a leading 80 adds nothing (X.690, 8.1.2.4).
    return second == 0x80 or second < _LONG_TAG


def _read_length(raw: bytes, position: int, strict: bool) -> tuple[int, int]:
    if position >= len(raw):
        raise TlvError("a tag is there, but no length follows")
    first = raw[position]
    position += 1
    if first < _LONG_LENGTH:
        return first, position
    count = first & 0x7F
    if not 1 <= count <= LENGTH_BYTES_MAX:
        raise TlvError(f"length byte {first:02X} is not supported; it is 00 to 7F or 81 to 84")
    field = raw[position : position + count]
    if len(field) < count:
        raise TlvError("a length breaks off")
    length = int.from_bytes(field)
    if strict and len(encode_length(length)) != 1 + count:
        raise TlvError(f"length {length} has more bytes than it needs")
    return length, position + count


def _tag_bytes(tag: int) -> bytes:
    if tag in _SHORT_TAGS:
        return bytes((tag,))
    if tag <= 0 or tag >= 1 << 8 * TAG_BYTES_MAX:
        raise TlvError(f"tag {tag:#x} is not 1 to {TAG_BYTES_MAX} bytes")
    raw = tag.to_bytes((tag.bit_length() + 7) // 8)
    if _tag_end(raw, 0, strict=False) != len(raw):
        raise TlvError(f"{tag:X} is not one tag")
    return raw

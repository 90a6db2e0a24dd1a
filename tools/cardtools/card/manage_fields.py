"""Fields in what a card's `manage` applet answers; see docs/manage-applet.md."""

from __future__ import annotations

from collections.abc import Mapping

from cardtools.card import tlv


def content(answers: Mapping[int, bytes], tag: int) -> bytes:
    """What is inside the one template that an answer has. Raises LookupError, TlvError."""
    [(found, inside)] = tlv.parse(answers[tag])
    if found != tag:
        raise LookupError(f"{found:X} in place of {tag:X}")
    return inside


class Fields:
    """The fields of one entry, by tag; where one value is asked for, the first of a tag counts."""

    def __init__(self, raw: bytes) -> None:
        self._all = tlv.parse(raw)
        self._fields = dict(reversed(self._all))

    def octets(self, tag: int) -> bytes:
        """A value. Raises KeyError."""
        return self._fields[tag]

    def optional_octets(self, tag: int) -> bytes | None:
        """A value that need not be there."""
        return self._fields.get(tag)

    def number(self, tag: int) -> int:
        """A number. Raises KeyError."""
        return int.from_bytes(self._fields[tag])

    def optional_number(self, tag: int, otherwise: int | None = None) -> int | None:
        """A number that need not be there."""
        return int.from_bytes(self._fields[tag]) if tag in self._fields else otherwise

    def text(self, tag: int) -> str:
        """A text. Raises KeyError, UnicodeDecodeError."""
        return self._fields[tag].decode("utf-8")

    def optional_text(self, tag: int) -> str | None:
        """A text that need not be there. Raises UnicodeDecodeError."""
        return self.text(tag) if tag in self._fields else None

    def texts(self, tag: int) -> tuple[str, ...]:
        """All texts of a tag, in their order. Raises UnicodeDecodeError."""
        return tuple(value.decode("utf-8") for found, value in self._all if found == tag)

    def inner(self, tag: int) -> tuple[Fields, ...]:
        """The entries of a tag, in their order. Raises TlvError."""
        return tuple(Fields(value) for found, value in self._all if found == tag)

    def flag(self, tag: int) -> bool:
        """A flag. Raises KeyError."""
        return bool(self.number(tag))

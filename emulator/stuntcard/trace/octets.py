"""Bytes as a trace writes them: hexadecimal, with `**` for a byte that was masked."""

from __future__ import annotations

import re

HIDDEN = "**"
_OCTETS = re.compile(r"(?:[0-9A-Fa-f]{2}|\*\*)*")


def written(raw: bytes, hidden: range = range(0)) -> str:
    """The bytes in upper-case hexadecimal, those at `hidden` masked."""
    if not hidden:
        return raw.hex().upper()
    return raw[: hidden.start].hex().upper() + HIDDEN * len(hidden) + raw[hidden.stop :].hex().upper()


def is_written(text: str) -> bool:
    """Whether a text can be read as bytes."""
    return _OCTETS.fullmatch(text) is not None


def read(text: str) -> bytes:
    """The bytes of a text, 00 in the place of masked ones. Raises ValueError unless `is_written(text)`."""
    return bytes.fromhex(text.replace(HIDDEN, "00"))


def is_masked(text: str) -> bool:
    """Whether some byte is masked."""
    return HIDDEN in text


def fits(text: str, raw: bytes) -> bool:
    """Whether bytes are those of a text; a masked byte may be any."""
    if len(text) != 2 * len(raw):
        return False
    if not is_masked(text):
        return read(text) == raw
    pairs = zip(text[::2], text[1::2], written(raw)[::2], written(raw)[1::2], strict=True)
    return all(high + low in (HIDDEN, high_ + low_) for high, low, high_, low_ in pairs)

"""Codes in what a client is told and says: found, and masked."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator

HIDDEN = "****"
_SHORTEST = 4
"""A code of fewer digits stands in too many texts by chance."""
_SHORTEST_IN_BASE64 = 6
"""The same of one in base64, where its first and last characters are other bytes' too."""


class Secrets:
    """The codes' values that a client was given."""

    def __init__(self, values: Iterable[str]) -> None:
        known = sorted({value for value in values if len(value) >= _SHORTEST}, key=len, reverse=True)
        self._pattern = re.compile("|".join(form for value in known for form in _forms(value)))
        self._any = bool(known)

    def masked(self, text: str) -> str:
        """The text without them."""
        return self._pattern.sub(HIDDEN, text) if self._any else text

    def stand_in(self, text: str) -> bool:
        """Whether one of them stands in a text, as it is, in hexadecimal or in base64."""
        return self._any and self._pattern.search(text) is not None


def _forms(value: str) -> Iterator[str]:
    yield _alone(value)
    yield _in_hexadecimal(value)
    if len(value.encode()) >= _SHORTEST_IN_BASE64:
        yield from _in_base64(value.encode())


def _alone(value: str) -> str:
    """Not as a part of a longer number or word."""
    return rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])"


def _in_hexadecimal(value: str) -> str:
    return "(?i:" + r"[ :.-]?".join(f"{byte:02x}" for byte in value.encode()) + ")"


def _in_base64(value: bytes) -> Iterator[str]:
    """With none, one or two bytes of something else before it in its group of three (RFC 4648, both alphabets)."""
    for before in range(3):
        whole = b64encode(bytes(before) + value).decode()
        own = whole[-(-8 * before // 6) : 8 * (before + len(value)) // 6]
        yield own.replace("+", "[+-]").replace("/", "[/_]")

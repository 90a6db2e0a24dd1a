"""Codes in what a client is told and says: found, and masked."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "****"
_SHORTEST = 4
"""A code of fewer digits stands in too many texts by chance."""


class Secrets:
    """The codes' values that a client was given."""

    def __init__(self, values: Iterable[str]) -> None:
        known = sorted({value for value in values if len(value) >= _SHORTEST}, key=len, reverse=True)
        self._pattern = re.compile("|".join(f"{_alone(value)}|{_in_hexadecimal(value)}" for value in known))
        self._any = bool(known)

    def masked(self, text: str) -> str:
        """The text without them."""
        return self._pattern.sub(HIDDEN, text) if self._any else text

    def stand_in(self, text: str) -> bool:
        """Whether one of them stands in a text, as it is or in hexadecimal."""
        return self._any and self._pattern.search(text) is not None


def _alone(value: str) -> str:
    """Not as a part of a longer number or word."""
    return rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])"


def _in_hexadecimal(value: str) -> str:
    return "(?i:" + r"[ :.-]?".join(f"{byte:02x}" for byte in value.encode()) + ")"

"""Which card is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SEPARATORS = re.compile(r"[\s:]")


@dataclass(frozen=True, slots=True)
class CardId:
    """A card that signed a statement: the id of its profile, and its serial number."""

    profile: str
    number: str

    def __str__(self) -> str:
        return f"{self.profile}/{self.number}"


def number_in(text: str) -> str:
    """A card's serial number as cards state it, out of the way people write it."""
    return _SEPARATORS.sub("", text).upper()

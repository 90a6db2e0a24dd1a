"""Which card."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CardId:
    """A card that signed a statement: the id of its profile, and its serial number."""

    profile: str
    number: str

    def __str__(self) -> str:
        return f"{self.profile}/{self.number}"

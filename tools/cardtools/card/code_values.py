"""What can be said of a code's value before it is sent to a card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from cardtools.card.status import Characters, CodeStatus
from cardtools.common.told import Name, Value

_FIRST_PRINTABLE, _LAST_PRINTABLE = " ", "~"


class ValueFlaw(StrEnum):
    """What is wrong with a value."""

    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    NOT_DIGITS = "not-digits"
    NOT_PRINTABLE = "not-printable"


@dataclass(frozen=True, slots=True)
class UnfitValue:
    """Why a value can't be one of a code. It can be told to people; the value itself is not in it."""

    flaw: ValueFlaw
    name: str
    min_length: int
    max_length: int

    @property
    def key(self) -> str:
        """The message's key."""
        return f"value-{self.flaw}" if self.number is None else f"value-{self.flaw}-exact"

    @property
    def number(self) -> int | None:
        """The only length that a value may have; None where there are several."""
        return self.min_length if self.min_length == self.max_length else None

    @property
    def values(self) -> Mapping[str, Value]:
        """The code's name, and its shortest and longest length."""
        return {"code": Name(self.name), "min": self.min_length, "max": self.max_length}


def why_unfit(code: CodeStatus, value: str) -> UnfitValue | None:
    """Why the card would not take this as a value of the code; None when it would."""
    flaw = _flaw_in(code, value)
    return None if flaw is None else UnfitValue(flaw, code.name, code.min_length, code.max_length)


def easily_guessed(value: str) -> bool:
    """Whether a value is one that people try first: one character over and over, or digits that count up or down.

    Such values are advised against, and not refused (EO-26).
    """
    if len(value) < 2:
        return True
    steps = {ord(after) - ord(before) for before, after in pairwise(value)}
    return steps == {0} or (value.isdecimal() and steps in ({1}, {-1}))


def _flaw_in(code: CodeStatus, value: str) -> ValueFlaw | None:
    # A wrong character comes first: the length of what can't be typed into the card says nothing.
    if code.characters is Characters.DIGITS and not (value.isascii() and (value.isdecimal() or not value)):
        return ValueFlaw.NOT_DIGITS
    if not all(_FIRST_PRINTABLE <= character <= _LAST_PRINTABLE for character in value):
        return ValueFlaw.NOT_PRINTABLE
    if len(value) < code.min_length:
        return ValueFlaw.TOO_SHORT
    if len(value) > code.max_length:
        return ValueFlaw.TOO_LONG
    return None

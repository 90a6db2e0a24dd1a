"""What the emulator's HTTP API tells of exercises, as far as the console shows it; more may stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Person(StrEnum):
    """Somebody whom the trainee can call."""

    HOLDER = "holder"
    OFFICE = "office"
    HELPLINE = "helpline"
    POST = "post"


class _Value(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Served(_Value):
    """A card that is served: the socket where PC/SC programs find its reader."""

    id: str
    pcsc_socket: Path
    reader: str


class Summary(_Value):
    """An exercise in a list."""

    id: str
    profile: str
    title: str
    minutes: int


class Trap(_Value):
    """A trap that was walked into: what was done, and why it should not have been."""

    id: str
    title: str
    text: str


class Explanation(_Value):
    """What to explain afterwards, and the facts of the documents that it stands on."""

    text: str
    facts: tuple[str, ...] = ()


class Exercise(_Value):
    """An exercise and how it stands with a card, in words."""

    exercise: str
    title: str
    story: str
    task: str
    minutes: int
    people: tuple[Person, ...] = ()
    """Who can be called."""
    calls: tuple[Person, ...] = ()
    """Who was called up to now."""
    progress: Literal["open", "solved", "lost"]
    traps: tuple[Trap, ...] = ()
    tries_spent: Mapping[str, int] = Field(default_factory=dict)
    hints: int = 0
    explain: tuple[Explanation, ...] = ()
    """Empty while the exercise is open."""


class TrapAhead(_Value):
    """Something that should not be done, and why."""

    title: str
    text: str
    facts: tuple[str, ...] = ()


class Answers(_Value):
    """An exercise with its answers, for the trainer; `way` has the hints, one a step."""

    id: str
    profile: str
    title: str
    story: str
    task: str
    minutes: int
    calls: Mapping[Person, str] = Field(default_factory=dict)
    way: tuple[str, ...] = ()
    traps: tuple[TrapAhead, ...] = ()
    explain: tuple[Explanation, ...] = ()


class Told(_Value):
    """Values of codes that the trainee knows from the start, by the codes' ids."""

    codes: Mapping[str, str] = Field(repr=False)


class Called(_Value):
    """What somebody said who was called, and the values of codes that were told with it."""

    says: str
    tells: Mapping[str, str] = Field(default_factory=dict, repr=False)


class Hint(_Value):
    """One more hint; None when there is no more."""

    hint: str | None = None


class Act(_Value):
    """What somebody off the card can do to it, and the codes whose new values that asks for."""

    id: str
    about: str
    asks_for: tuple[str, ...] = ()


class Actor(_Value):
    """Somebody off the card who acts on it."""

    id: str
    name: str
    acts: tuple[Act, ...] = ()


class Actors(_Value):
    """All of them."""

    actors: tuple[Actor, ...]


class Done(_Value):
    """What was done, in a sentence."""

    done: str

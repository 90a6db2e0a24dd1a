"""The rows of the console's file, as values."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def written(at: datetime) -> str:
    """A time, as the file has it."""
    return at.astimezone(UTC).strftime(_TIME)


def read(text: str) -> datetime:
    """A time that the file has."""
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)


class AttemptState(StrEnum):
    """How an attempt at an exercise stands."""

    OPEN = "open"
    SOLVED = "solved"
    LOST = "lost"
    """Its goal can't be reached any more."""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class. `practice`: somebody who tries exercises alone, without a trainer."""

    id: str
    title: str
    language: str
    practice: bool
    made: datetime


@dataclass(frozen=True, slots=True)
class TraineeRow:
    """A trainee. `asks`: waits for the trainer's help; `message`: what the trainer last said.

    `seen`: when the desk was last looked at, to some minutes; None for who has not come yet.
    """

    id: str
    class_id: str
    number: int
    name: str
    token: str
    asks: bool
    message: str
    seen: datetime | None


@dataclass(frozen=True, slots=True)
class EndedRow:
    """A trainee's desk of a class that was ended: the title of the class, and when that was."""

    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TrapRow:
    """A trap that was walked into, and what it is called in each language."""

    id: str
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt at an exercise; `card` is the emulator's name of its card, `position` that of the exercise."""

    card: str
    trainee: str
    number: int
    position: int
    exercise: str
    begun: datetime
    ended: datetime | None
    state: AttemptState
    tries_spent: int
    hints: int
    traps: tuple[TrapRow, ...]


@dataclass(frozen=True, slots=True)
class CallRow:
    """What somebody said who was called, and the values of codes that were told with it, by the codes' ids."""

    person: str
    says: str
    tells: Mapping[str, str] = field(repr=False)


def class_of(row: sqlite3.Row) -> ClassRow:
    """A row of `classes`."""
    return ClassRow(row["id"], row["title"], row["language"], bool(row["practice"]), read(row["made"]))


def trainee_of(row: sqlite3.Row) -> TraineeRow:
    """A row of `trainees`."""
    return TraineeRow(
        id=row["id"],
        class_id=row["class"],
        number=row["number"],
        name=row["name"],
        token=row["token"],
        asks=bool(row["asks"]),
        message=row["message"],
        seen=read(row["seen"]) if row["seen"] else None,
    )


def attempt_of(row: sqlite3.Row) -> AttemptRow:
    """A row of `attempts`."""
    return AttemptRow(
        card=row["card"],
        trainee=row["trainee"],
        number=row["number"],
        position=row["position"],
        exercise=row["exercise"],
        begun=read(row["begun"]),
        ended=read(row["ended"]) if row["ended"] is not None else None,
        state=AttemptState(row["state"]),
        tries_spent=row["tries_spent"],
        hints=row["hints"],
        traps=tuple(TrapRow(trap, titles) for trap, titles in json.loads(row["traps"]).items()),
    )

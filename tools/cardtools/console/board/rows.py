"""A class as the board and the report have it: a row a trainee, and a line an attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cardtools.console.store.registry import Registry
from cardtools.console.store.rows import AttemptRow, AttemptState, ClassRow, TraineeRow


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A trainee: at which exercise, and how it goes. `attempt` is None for one who has not come yet."""

    trainee: TraineeRow
    attempt: AttemptRow | None
    solved: int
    """How many of the exercises are solved."""
    minutes: int


def board_rows(registry: Registry, class_row: ClassRow, at: datetime) -> list[BoardRow]:
    """The trainees of a class, in order."""
    return [_row(registry, trainee, at) for trainee in registry.trainees(class_row.id)]


def minutes_of(attempt: AttemptRow, at: datetime) -> int:
    """How long an attempt took, or has taken until now, in whole minutes."""
    return int(((attempt.ended or at) - attempt.begun).total_seconds() // 60)


def _row(registry: Registry, trainee: TraineeRow, at: datetime) -> BoardRow:
    attempts = registry.attempts(trainee.id)
    solved = {attempt.position for attempt in attempts if attempt.state is AttemptState.SOLVED}
    current = attempts[-1] if attempts else None
    return BoardRow(trainee, current, len(solved), 0 if current is None else minutes_of(current, at))

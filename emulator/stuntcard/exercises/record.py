"""What is kept of an attempt beside its card, as plain values without secrets, and the attempt taken up again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated

from pydantic import Field

from stuntcard.exercises.deeds import Happening
from stuntcard.exercises.judge import Attempt, TrapSprung
from stuntcard.profile.model import CodeStatus

_Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """An attempt without the card's own state: `seconds` is how long it was under way."""

    seconds: float = 0.0
    forgotten: tuple[str, ...] = ()
    tries_spent: dict[str, _Count] = field(default_factory=dict)
    traps: tuple[TrapSprung, ...] = ()
    hints: _Count = 0
    done: tuple[_Count, ...] = ()
    gone: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    solved_at: float | None = None


def record_of(attempt: Attempt, seconds: float) -> AttemptRecord:
    """What has to be kept of an attempt."""
    return AttemptRecord(
        seconds,
        tuple(sorted(attempt.forgotten)),
        dict(attempt.tries_spent),
        attempt.traps,
        attempt.hints,
        tuple(sorted(attempt.done)),
        tuple(sorted(attempt.gone)),
        attempt.calls,
        attempt.solved_at,
    )


def resumed(start: Attempt, record: AttemptRecord, now: Happening) -> Attempt:
    """The attempt that was kept, on the card as it stands now."""
    still = (code for code in record.forgotten if now.state.codes[code].status is not CodeStatus.NOT_SET)
    return replace(
        start,
        state=now.state,
        factory_values=now.factory_values,
        forgotten=frozenset(still),
        tries_spent=dict(record.tries_spent),
        traps=record.traps,
        hints=record.hints,
        done=frozenset(record.done),
        gone=frozenset(record.gone),
        calls=record.calls,
        solved_at=record.solved_at,
    )

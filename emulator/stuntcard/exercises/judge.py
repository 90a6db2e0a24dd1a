"""The judge: what became of an attempt at an exercise, on the card's state and history alone.

Pure: who watches a card tells each thing that happened to it, and when. The law says whether the goal can still be
reached, and by which way; there is no second one here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from stuntcard.exercises.deeds import Happening, is_done
from stuntcard.exercises.model import Exercise, Trap
from stuntcard.policy.advise import Step, given_wrongly, steps_along
from stuntcard.policy.conditions import Seen, all_hold, gone_from
from stuntcard.policy.events import Verdict
from stuntcard.policy.functions import Situation, code_given, codes_set_by
from stuntcard.policy.goals import Avoided, Goal, GoalTooFarError, Standpoint
from stuntcard.policy.moves import Move
from stuntcard.policy.state import State
from stuntcard.profile.model import CodeStatus, Profile


class Progress(StrEnum):
    """How an attempt stands."""

    OPEN = "open"
    SOLVED = "solved"
    LOST = "lost"
    """The goal can't be reached any more: by nothing that anybody can do."""


@dataclass(frozen=True, slots=True)
class TrapSprung:
    """A trap of the exercise, by its id, and when it was walked into first, in seconds after the start."""

    trap: str
    at: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's attempt at an exercise, up to now. Times are seconds after the start.

    `forgotten`: codes that are set, and whose value the trainee can have from nobody. `tries_spent`: how many wrong
    values were given, by code. `hints_here`: hints taken since the card changed last.
    """

    state: State
    factory_values: frozenset[str] = frozenset()
    forgotten: frozenset[str] = frozenset()
    tries_spent: Mapping[str, int] = field(default_factory=dict)
    traps: tuple[TrapSprung, ...] = ()
    hints: int = 0
    hints_here: int = 0
    done: frozenset[int] = frozenset()
    """Which deeds of the exercise are done, by their number."""
    gone: frozenset[str] = frozenset()
    """The keys of which nothing is left, by identifier: a new one may have the number of one of them."""
    calls: tuple[str, ...] = ()
    """Who was called, in this order."""
    solved_at: float | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge says. `missing`: how many conditions of the goal do not hold, and how many deeds are not done."""

    progress: Progress
    missing: int
    traps: tuple[TrapSprung, ...]
    tries_spent: Mapping[str, int]
    hints: int
    solved_at: float | None


@dataclass(frozen=True, slots=True)
class WayStep:
    """A step of the way to the goal.

    `key`: the identifier of the key that it is about, of one there at first. `fatal`: codes that it takes, and with
    whose block the goal would be out of reach.
    """

    step: Step
    key: str | None = None
    fatal: frozenset[str] = frozenset()


class Judge:
    """The judge of one exercise; one serves any number of attempts, and finds each way only once."""

    def __init__(self, profile: Profile, exercise: Exercise, start: Attempt, keys: Mapping[str, int]) -> None:
        """`start`: what each attempt begins with; `keys`: the numbers of the card's keys by their identifiers."""
        self.profile = profile
        self.exercise = exercise
        self.start = start
        self.keys = keys
        traps = [
            Avoided(trap.when, trap.after) for trap in exercise.traps if trap.after is None or not trap.after.wrong
        ]
        self._goal = Goal(profile, exercise.goal, keys, exercise.done, avoided=traps)
        conditions = (*exercise.goal, *(condition for trap in exercise.traps for condition in trap.when))
        self.asks_for_values = any(condition.factory_value is not None for condition in conditions)
        """Whether it has to be told which codes have the value of the factory."""

    def after(self, attempt: Attempt, happening: Happening, at: float) -> Attempt:
        """The attempt after one more thing happened. Once it is solved, it is over, and nothing counts any more."""
        if attempt.solved_at is not None:
            return attempt
        happening = replace(happening, state=between_sittings(happening.state))
        done = self._done_after(attempt, happening)
        now = (happening.state, happening.factory_values, done)
        changed = now != (attempt.state, attempt.factory_values, attempt.done)
        after = replace(
            attempt,
            state=happening.state,
            factory_values=happening.factory_values,
            forgotten=self._forgotten_after(attempt, happening),
            tries_spent=self._tries_after(attempt, happening),
            hints_here=0 if changed else attempt.hints_here,
            done=done,
            gone=attempt.gone | gone_from(happening.state, self._left(attempt)),
        )
        sprung = tuple(TrapSprung(trap.id, at) for trap in self._sprung(attempt, happening, after))
        after = replace(after, traps=(*attempt.traps, *sprung)) if sprung else after
        solved = changed and self._goal.reached(_standpoint(after))
        return replace(after, solved_at=at) if solved else after

    def judgement(self, attempt: Attempt) -> Judgement:
        """How the attempt stands."""
        seen = self.seen(attempt)
        missing = sum(not all_hold(self.profile, seen, [condition]) for condition in self.exercise.goal)
        missing += len(self.exercise.done) - len(attempt.done)
        if attempt.solved_at is not None:
            progress = Progress.SOLVED
        else:
            progress = Progress.OPEN if self._can_be_reached(_standpoint(attempt)) else Progress.LOST
        return Judgement(
            progress,
            0 if progress is Progress.SOLVED else missing,
            attempt.traps,
            attempt.tries_spent,
            attempt.hints,
            attempt.solved_at,
        )

    def way(self, attempt: Attempt) -> tuple[WayStep, ...] | None:
        """The shortest way from here to the goal, each step with its risks; None where there is none any more."""
        way = self.moves(attempt)
        if way is None:
            return None
        return tuple(self._way_steps(attempt, way))

    def moves(self, attempt: Attempt) -> tuple[Move, ...] | None:
        """The moves of that way."""
        try:
            return self._goal.way(_standpoint(attempt))
        except GoalTooFarError:
            return None

    def _way_steps(self, attempt: Attempt, way: Sequence[Move]) -> Iterator[WayStep]:
        """A key made on the way may have the number of one that was deleted on it."""
        names = {number: identifier for identifier, number in self._left(attempt).items()}
        at: Standpoint | None = _standpoint(attempt)
        assert at is not None
        for move, step in zip(way, steps_along(self.profile, at.situation, way), strict=True):
            number = step.action.number
            take = names.pop if step.deleted is not None else names.get
            key = take(number, None) if number is not None else None
            yield WayStep(step, key, frozenset(self._fatal_codes(at, move)))
            at = self._goal.after(at, move)
            assert at is not None, "the way is the law's"

    def _fatal_codes(self, at: Standpoint, move: Move) -> Iterator[str]:
        for event in move.events:
            code = code_given(self.profile, event)
            if code is not None and at.situation.state.codes[code].status is CodeStatus.SET:
                blocked = given_wrongly(self.profile, at.situation.state, event)
                if not self._can_be_reached(replace(at, situation=replace(at.situation, state=blocked))):
                    yield code

    def hint(self, attempt: Attempt) -> tuple[Attempt, WayStep | None]:
        """The next step of the way that was not told since the card changed last; None when there is no more to tell.

        With it, the attempt with one more hint taken.
        """
        way = self.way(attempt) if attempt.solved_at is None else None
        if way is None or attempt.hints_here >= len(way):
            return attempt, None
        step = way[attempt.hints_here]
        return replace(attempt, hints=attempt.hints + 1, hints_here=attempt.hints_here + 1), step

    def _can_be_reached(self, at: Standpoint) -> bool:
        try:
            return self._goal.way(at) is not None
        except GoalTooFarError:
            return True

    def seen(self, attempt: Attempt) -> Seen:
        """What conditions are asked of."""
        return Seen(attempt.state, self._left(attempt), attempt.factory_values)

    def _left(self, attempt: Attempt) -> Mapping[str, int]:
        return {identifier: number for identifier, number in self.keys.items() if identifier not in attempt.gone}

    def _done_after(self, attempt: Attempt, happening: Happening) -> frozenset[int]:
        deeds = enumerate(self.exercise.done)
        return attempt.done.union(number for number, deed in deeds if is_done(deed, attempt.state, happening))

    def _sprung(self, attempt: Attempt, happening: Happening, after: Attempt) -> list[Trap]:
        known = {sprung.trap for sprung in attempt.traps}
        traps = (trap for trap in self.exercise.traps if trap.id not in known)
        return [trap for trap in traps if self._springs(trap, attempt, happening, after)]

    def _springs(self, trap: Trap, attempt: Attempt, happening: Happening, after: Attempt) -> bool:
        if trap.after is None:
            return all_hold(self.profile, self.seen(after), trap.when)
        done = is_done(trap.after, attempt.state, happening)
        return done and all_hold(self.profile, self.seen(attempt), trap.when)

    def _forgotten_after(self, attempt: Attempt, happening: Happening) -> frozenset[str]:
        """Who sets a code knows it; a code that is not set is nothing to be forgotten."""
        set_ = codes_set_by(self.profile, happening.event) if happening.verdict is Verdict.DONE else ()
        codes = happening.state.codes
        return frozenset(
            code for code in attempt.forgotten if code not in set_ and codes[code].status is not CodeStatus.NOT_SET
        )

    def _tries_after(self, attempt: Attempt, happening: Happening) -> Mapping[str, int]:
        code = code_given(self.profile, happening.event) if happening.event is not None else None
        if happening.verdict is not Verdict.WRONG_CODE or code is None:
            return attempt.tries_spent
        return {**attempt.tries_spent, code: attempt.tries_spent.get(code, 0) + 1}


def _standpoint(attempt: Attempt) -> Standpoint:
    return Standpoint(Situation(attempt.state, attempt.forgotten), attempt.factory_values, attempt.done, attempt.gone)


def between_sittings(state: State) -> State:
    """The state, were the session to end now: an exercise asks what the card is, and not who is logged in."""
    return replace(state, verified=frozenset()) if state.verified else state

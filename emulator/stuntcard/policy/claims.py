"""Judges the claims of a profile on all states that it can reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stuntcard.policy.conditions import claimed_ability
from stuntcard.policy.moves import Move
from stuntcard.policy.reach import Reach
from stuntcard.policy.walk import Walk, ability
from stuntcard.profile.model import Claim

_NO_MOVE = -1
_Landing = tuple[int, int]
"""The move that a claim looks behind (or _NO_MOVE), and the state that is looked at."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A shortest way from the factory state to a state that breaks a claim, and that state's number."""

    moves: tuple[Move, ...]
    state: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a claim.

    `states`: in how many states its `when` holds. A claim that speaks of none proves nothing and is not held.
    """

    claim: Claim
    states: int
    counterexample: Counterexample | None

    @property
    def held(self) -> bool:
        """Whether the claim is true of this law."""
        return self.states > 0 and self.counterexample is None


def judge(walk: Walk, reach: Reach, claim: Claim) -> Judgement:
    """Whether a claim holds, or the shortest way to where it does not."""
    when = reach.bits(claim.when)
    spoken_of = [number for number, holds in enumerate(reach.now) if holds & when == when]
    landings = _landings(walk, claim)
    ways = [
        _soonest_lack(walk, reach, claim, spoken_of, landings),
        _soonest_never(walk, reach, claim, spoken_of, landings),
    ]
    found = min((way for way in ways if way is not None), key=lambda way: len(way.moves), default=None)
    return Judgement(claim, len(spoken_of), found)


def _landings(walk: Walk, claim: Claim) -> Callable[[int], list[_Landing]]:
    """From a state that a claim speaks of, the states that it looks at."""
    if claim.after is None:
        return lambda number: [(_NO_MOVE, number)]
    action, right = claimed_ability(walk.profile, claim.after), not claim.after.wrong
    moves = {number for number, move in enumerate(walk.moves) if ability(move) == action and move.right == right}

    def after(number: int) -> list[_Landing]:
        # A move that changes nothing is no transition: it leaves the state as it was.
        return [(move, target) for target, move in walk.leaving(number) if move in moves] or [(_NO_MOVE, number)]

    return after


def _soonest_lack(
    walk: Walk, reach: Reach, claim: Claim, spoken_of: list[int], landings: Callable[[int], list[_Landing]]
) -> Counterexample | None:
    """The nearest state where `always` does not hold, or from where `possible` can't be reached."""
    always, possible = reach.bits(claim.always), reach.bits(claim.possible)
    for number in spoken_of:
        for move, target in landings(number):
            if reach.now[target] & always != always or reach.ever[target] & possible != possible:
                return Counterexample((*walk.path(number), *_moves(walk, move)), target)
    return None


def _soonest_never(
    walk: Walk, reach: Reach, claim: Claim, spoken_of: list[int], landings: Callable[[int], list[_Landing]]
) -> Counterexample | None:
    """The nearest state where `never` holds and that follows one that the claim speaks of."""
    never = reach.bits(claim.never)
    starts: dict[int, list[tuple[int, int, int]]] = {}
    for number in spoken_of:
        leading = [(move, target) for move, target in landings(number) if reach.ever[target] & never]
        if leading:
            length = len(walk.path(number))
            for move, target in leading:
                starts.setdefault(length + len(_moves(walk, move)), []).append((number, move, target))
    came_from: dict[int, tuple[int, int]] = {}
    origins: dict[int, tuple[int, int]] = {}
    level, frontier = min(starts, default=0), list[int]()
    while starts or frontier:
        for number, move, target in starts.pop(level, []):
            if target not in came_from:
                came_from[target] = (_NO_MOVE, target)
                origins[target] = (number, move)
                frontier.append(target)
        for number in frontier:
            if reach.now[number] & never:
                return _joined(walk, came_from, origins, number)
        following = []
        for number in frontier:
            for target, move in walk.leaving(number):
                if target not in came_from:
                    came_from[target] = (move, number)
                    following.append(target)
        level, frontier = level + 1, following
    return None


def _joined(
    walk: Walk, came_from: dict[int, tuple[int, int]], origins: dict[int, tuple[int, int]], end: int
) -> Counterexample:
    """The way to where the claim begins to speak, its action if it has one, and the way on from there to `end`."""
    further, number = list[Move](), end
    while number not in origins:
        move, number = came_from[number]
        further.append(walk.moves[move])
    start, move = origins[number]
    return Counterexample((*walk.path(start), *_moves(walk, move), *reversed(further)), end)


def _moves(walk: Walk, move: int) -> tuple[Move, ...]:
    return () if move == _NO_MOVE else (walk.moves[move],)

"""Proves an exercise: that it can be solved, and that each of its traps can be walked into; by the law alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stuntcard.exercises.deeds import Happening
from stuntcard.exercises.judge import Attempt, Judge, Progress
from stuntcard.exercises.model import Trap
from stuntcard.exercises.start import ReadyExercise
from stuntcard.policy import law
from stuntcard.policy.conditions import all_hold, claimed_ability
from stuntcard.policy.events import SessionEnd, Verdict
from stuntcard.policy.functions import Situation, codes_set_by
from stuntcard.policy.goals import Goal, GoalTooFarError, Standpoint
from stuntcard.policy.moves import Move, code_moves, content_moves
from stuntcard.policy.walk import ability
from stuntcard.profile.document import Finding
from stuntcard.profile.model import Condition, Profile


def findings(ready: ReadyExercise) -> Iterator[Finding]:
    """What is wrong with an exercise whose form is right."""
    judge = ready.judge
    if judge.judgement(judge.start).missing == 0:
        yield Finding(("goal",), "it is solved from the start")
    elif judge.way(judge.start) is None:
        yield Finding(("goal",), "the law has no way from the card at first to this, with the codes that are told")
    for index, trap in enumerate(judge.exercise.traps):
        if trap.after is None and all_hold(judge.profile, judge.seen(judge.start), trap.when):
            yield Finding(("traps", index, "when"), "this holds from the start; a trap has to be walked into")
            continue
        way = way_into(judge, trap)
        if way is None:
            yield Finding(("traps", index), "nobody can walk into this trap: the law has no way to it")
            continue
        attempt = lived_through(judge, way, trap.when)
        if trap.id not in {sprung.trap for sprung in attempt.traps}:
            yield Finding(("traps", index), "the exercise is solved before anybody can walk into this trap")
        lost = judge.judgement(attempt).progress is Progress.LOST
        if lost and not trap.fatal:
            yield Finding(("traps", index), "after it the goal is out of reach; say `fatal: true`")
        if trap.fatal and not lost:
            yield Finding(("traps", index, "fatal"), "the goal can still be reached after it")


def way_into(judge: Judge, trap: Trap) -> tuple[Move, ...] | None:
    """The shortest way into a trap, with as many mistakes as it takes; None where there is none."""
    profile, start = judge.profile, judge.start
    mistaken = _mistaken(profile, trap.when)
    conditions = trap.when
    if trap.after is not None and not trap.after.wrong:
        conditions = (*conditions, Condition(can=trap.after))
    goal = Goal(profile, conditions, judge.keys, mistaken=mistaken)
    at = Standpoint(Situation(start.state), start.factory_values)
    try:
        way = goal.way(at)
    except GoalTooFarError:
        return None
    if way is None or trap.after is None:
        return way
    state = lived_through(judge, way, trap.when).state
    asked = claimed_ability(profile, trap.after)
    for move in (*code_moves(profile), *content_moves(profile, state)):
        if ability(move) == asked and move.right is not trap.after.wrong:
            return (*way, move)
    return None


def lived_through(judge: Judge, way: Sequence[Move], wanted: Sequence[Condition]) -> Attempt:
    """An attempt after this was done, as the judge sees it, each move a second after the one before.

    Codes get the factory's value where that is wanted, and another one elsewhere.
    """
    values_wanted = frozenset(str(one.code) for one in wanted if one.factory_value)
    attempt = judge.start
    state = attempt.state
    for number, move in enumerate(way, 1):
        for event in move.events:
            state, verdict = law.step(judge.profile, state, event)
            set_ = frozenset(codes_set_by(judge.profile, event)) if verdict is Verdict.DONE else frozenset[str]()
            values = (attempt.factory_values - set_) | (set_ & values_wanted)
            attempt = judge.after(attempt, Happening(event, verdict, state, values), float(number))
            if verdict is not Verdict.DONE:
                state, _ = law.step(judge.profile, state, SessionEnd())
                break
    return attempt


def _mistaken(profile: Profile, conditions: tuple[Condition, ...]) -> frozenset[str]:
    """The codes that have to be given wrongly for such conditions to come to hold."""
    codes = {condition.code for condition in conditions if condition.code is not None}
    for condition in conditions:
        if condition.part is not None:
            codes |= {code for end in profile.ends if end.part == condition.part for code in end.when_blocked}
    blocking = {
        name
        for name, code in profile.codes.items()
        if code.blocks is not None and not codes.isdisjoint(code.blocks.codes)
    }
    return frozenset(codes | blocking)

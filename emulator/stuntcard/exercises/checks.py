"""Checks across an exercise, the card that it starts from, and its profile."""

from __future__ import annotations

from collections.abc import Iterator

from stuntcard.exercises.model import Exercise
from stuntcard.profile.claim_checks import check_action, check_condition
from stuntcard.profile.document import Finding, KeyPath
from stuntcard.profile.model import ActionKind, ClaimedAction, Condition, Profile
from stuntcard.scenario.checks import check_key, keys_at_first
from stuntcard.scenario.load import NamedScenario


def cross_check(exercise: Exercise, start: NamedScenario) -> Iterator[Finding]:
    """All that is wrong between an exercise's blocks, and between them and the card at first."""
    profile = start.profile
    yield from _check_told(exercise, start)
    known = keys_at_first(start.scenario, profile)
    for at, condition in _conditions(exercise):
        yield from check_condition(profile, at, condition)
        yield from check_key(at, condition, known)
    for index, deed in enumerate(exercise.done):
        yield from _check_deed(profile, ("done", index), deed)
    names: set[str] = set()
    for index, trap in enumerate(exercise.traps):
        if trap.after is not None:
            yield from check_action(profile, ("traps", index, "after"), trap.after)
        if trap.id in names:
            yield Finding(("traps", index, "id"), f"another trap is called '{trap.id}' already")
        names.add(trap.id)
        if not trap.source and trap.assumed is None:
            yield Finding(("traps", index), "it teaches nothing; give `source`, the facts behind it, or `assumed`")
    for index, note in enumerate(exercise.explain):
        if not note.source and note.assumed is None:
            yield Finding(("explain", index), "give `source`, the facts that it explains, or `assumed`")


def _check_deed(profile: Profile, at: KeyPath, deed: ClaimedAction) -> Iterator[Finding]:
    yield from check_action(profile, at, deed)
    if deed.wrong:
        yield Finding((*at, "wrong"), "nothing is done with a wrong code; leave this out")
    if deed.do in {ActionKind.BREAK_OFF, ActionKind.CLEAR_KEY}:
        yield Finding((*at, "do"), "this can't be told from what else happens; ask for what comes of it, in `goal`")
    of_codes = deed.do in {ActionKind.LOG_IN, ActionKind.CHANGE, ActionKind.SET}
    needed = "code" if of_codes else "area" if deed.do is not ActionKind.ACT else "act"
    if getattr(deed, needed) is None:
        yield Finding(at, f"say which: give `{needed}`")
    if deed.do is ActionKind.SET and deed.by is None:
        yield Finding(at, "say by which code: give `by`")


def _check_told(exercise: Exercise, start: NamedScenario) -> Iterator[Finding]:
    told: dict[str, str] = {}
    places: list[tuple[KeyPath, str, str]] = [
        (("told", index), code, "from the start") for index, code in enumerate(exercise.told)
    ]
    for person, call in exercise.calls.items():
        places += [
            (("calls", person.value, "tells", index), code, person.value) for index, code in enumerate(call.tells)
        ]
    for at, code, by in places:
        if code not in start.profile.codes:
            yield Finding(at, f"there is no code '{code}'; expected one of: {', '.join(start.profile.codes)}")
        elif (wanted := start.scenario.codes.get(code)) is not None and wanted.forgotten:
            yield Finding(at, "nobody knows this code's value; it is forgotten in the scenario")
        elif code in told:
            yield Finding(at, f"it is told already: {told[code]}")
        told.setdefault(code, by)


def _conditions(exercise: Exercise) -> Iterator[tuple[KeyPath, Condition]]:
    yield from ((("goal", index), condition) for index, condition in enumerate(exercise.goal))
    for number, trap in enumerate(exercise.traps):
        yield from ((("traps", number, "when", index), condition) for index, condition in enumerate(trap.when))

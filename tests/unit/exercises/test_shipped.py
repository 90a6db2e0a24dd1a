"""Every exercise that comes with Stuntcard is solved by the law's way, and each of its traps walked into, on a card.

The card is a real one, and all that is done to it goes through its applet, or through people off the card.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from stuntcard.exercises.judge import Progress
from stuntcard.exercises.live import LiveAttempt
from stuntcard.exercises.load import exercise_names, load_exercise
from stuntcard.exercises.model import Exercise
from stuntcard.exercises.proof import findings, way_into
from stuntcard.exercises.start import ReadyExercise, make_ready
from stuntcard.policy.moves import Move
from stuntcard.profile.model import Condition, Text

from tests.unit.exercises.hands import Hands

ROOT = Path(__file__).parents[3]
NAMES = exercise_names()
TRAPS = [(name, trap.id) for name in NAMES for trap in load_exercise(name).exercise.traps]
NOT_MET_BY_A_HELPDESK = {"PQ-01", "PQ-04", "PQ-28"}
"""What the chip was approved as, what else the plastic may carry, and what programs load by themselves."""


@cache
def made_ready(name: str) -> ReadyExercise:
    return make_ready(load_exercise(name))


def hands_on(attempt: LiveAttempt, wanted: tuple[Condition, ...]) -> Hands:
    """Codes get the factory's value where that is wanted."""
    codes = attempt.ready.named.profile.codes
    factory = {name: code.factory.value for name, code in codes.items() if code.factory is not None}
    wanted_codes = {condition.code for condition in wanted if condition.factory_value}
    return Hands(attempt.card, {name: value for name, value in factory.items() if name in wanted_codes})


def moves_to_the_goal(attempt: LiveAttempt) -> tuple[Move, ...]:
    way = attempt.ready.judge.moves(attempt.attempt)
    assert way is not None
    return way


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_is_solved_by_its_hints(name: str) -> None:
    ready = made_ready(name)
    attempt = LiveAttempt(ready, ready.new_card())
    hands = hands_on(attempt, ready.named.exercise.goal)
    steps = 0
    while attempt.judgement().progress is Progress.OPEN:
        hint = attempt.hint()
        assert hint is not None
        move = moves_to_the_goal(attempt)[0]
        assert (move.who, move.action) == (hint.step.who, hint.step.action)
        hands.do(move)
        steps += 1
        assert steps < 10
    judgement = attempt.judgement()
    assert (judgement.progress, judgement.traps, dict(judgement.tries_spent)) == (Progress.SOLVED, (), {})
    assert judgement.hints == steps


@pytest.mark.parametrize(("name", "trap"), TRAPS)
def test_a_trap_is_walked_into(name: str, trap: str) -> None:
    ready = made_ready(name)
    attempt = LiveAttempt(ready, ready.new_card())
    [meant] = [one for one in ready.named.exercise.traps if one.id == trap]
    hands = hands_on(attempt, meant.when)
    way = way_into(ready.judge, meant)
    assert way is not None
    for move in way:
        assert trap not in {sprung.trap for sprung in attempt.judgement().traps}
        hands.do(move)
    judgement = attempt.judgement()
    assert trap in {sprung.trap for sprung in judgement.traps}
    assert judgement.progress is (Progress.LOST if meant.fatal else Progress.OPEN)


@pytest.mark.parametrize("name", NAMES)
def test_the_law_proves_what_an_exercise_says_of_itself(name: str) -> None:
    assert tuple(findings(made_ready(name))) == ()


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_speaks_three_languages(name: str) -> None:
    exercise = load_exercise(name).exercise
    for text in texts(exercise):
        assert len({text.en.strip(), text.cs.strip(), text.sl.strip()}) == 3
    assert len(name) <= 40


def texts(exercise: Exercise) -> list[Text]:
    of_traps = [text for trap in exercise.traps for text in (trap.title, trap.text)]
    of_calls = [call.says for call in exercise.calls.values()]
    return [
        exercise.title,
        exercise.story,
        exercise.task,
        *of_traps,
        *of_calls,
        *(one.text for one in exercise.explain),
    ]


def test_there_are_enough_of_every_card_and_each_can_go_wrong() -> None:
    assert len(NAMES) >= 24
    exercises = [load_exercise(name) for name in NAMES]
    profiles = [exercise.profile.id for exercise in exercises]
    assert {profile: profiles.count(profile) >= 6 for profile in profiles} == dict.fromkeys(
        ("eobcanka", "proid-q", "tokenme", "zzzs-pk"), True
    )
    assert all(name.startswith(f"{profile}-") for name, profile in zip(NAMES, profiles, strict=True))
    assert [named.name for named in exercises if not named.exercise.traps] == []


def test_every_fact_that_a_helpdesk_meets_is_in_one_of_them() -> None:
    pages = "".join(page.read_text("utf-8") for page in (ROOT / "profiles").glob("*.yaml"))
    shown = {fact for name in NAMES for fact in load_exercise(name).exercise.facts}
    known = set(re.findall(r"\b(?:PQ|TM|EO|PK)-\d\d\b", pages))
    assert known - shown - NOT_MET_BY_A_HELPDESK == set()

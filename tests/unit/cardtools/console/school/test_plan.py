"""A class as a trainer writes it down: what is wrong in it is told with its line and column."""

from __future__ import annotations

import pytest
from cardtools.console.errors import ConsoleError
from cardtools.console.school.plan import PlanError, plan_of, read_plan

RIGHT = """\
schema: 1
title: Helpdesk, listopad
language: cs
exercises:
  - proid-q-pin-blocked
  - tokenme-expired
trainees:
  - Jana Nováková
  - Žofie Šťastná
"""


def findings(text: str, known: tuple[str, ...] | None = None) -> tuple[str, ...]:
    with pytest.raises(PlanError) as caught:
        read_plan("class.yaml", text.encode(), known)
    return caught.value.findings


def test_a_class_is_read() -> None:
    plan = read_plan("class.yaml", RIGHT.encode())
    assert (plan.title, plan.language) == ("Helpdesk, listopad", "cs")
    assert plan.exercises == ("proid-q-pin-blocked", "tokenme-expired")
    assert plan.trainees == ("Jana Nováková", "Žofie Šťastná")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("language: cs", "language: de", "class.yaml:3:11: language: Input should be 'en', 'cs' or 'sl'"),
        ("title: Helpdesk, listopad\n", "", "class.yaml:1:1: title: is missing"),
        (
            "schema: 1",
            "teacher: Eva",
            "class.yaml:1:10: teacher: is no key of a class; there are: schema, title, language, exercises, trainees",
        ),
        (
            "  - tokenme-expired",
            "  - ../tokenme",
            "class.yaml:6:5: exercises.1: String should match pattern '^[a-z0-9][a-z0-9-]{0,63}$'",
        ),
        ("  - Jana Nováková", "  - [", "class.yaml:9:3: did not find expected node content"),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, found: str) -> None:
    assert findings(RIGHT.replace(old, new)) == (found,)


def test_an_exercise_that_there_is_not_is_a_mistake() -> None:
    assert findings(RIGHT, ("proid-q-pin-blocked",)) == (
        "class.yaml:6:5: exercises.1: there is no exercise tokenme-expired",
    )


def test_what_blows_up_is_refused() -> None:
    assert findings("a: &a [1]\nb: *a\n") == (
        "class.yaml:1:1: aliases (*name) are not taken here; write the value out",
    )
    assert findings("#" * 70_000) == ("class.yaml:1:1: more than 65536 bytes",)
    with pytest.raises(PlanError):
        read_plan("class.yaml", b"\xff\xfe")


def test_a_form_leaves_empty_lines_out_and_asks_for_what_is_missing() -> None:
    assert plan_of("Třída", "sl", ["a-b"], ["Ana", "", "  Bor  "]).trainees == ("Ana", "Bor")
    with pytest.raises(ConsoleError) as caught:
        plan_of("", "sl", [], [])
    assert caught.value.key == "class-incomplete"

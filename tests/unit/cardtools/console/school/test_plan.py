"""A class as a trainer fills it in on the page."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from cardtools.common.messages import Language
from cardtools.console.school.plan import FormError, plan_of


def test_a_form_leaves_empty_lines_out() -> None:
    assert plan_of("Třída", Language.SLOVENIAN, ["a-b"], ["Ana", "", "  Bor  "]).trainees == ("Ana", "Bor")


@pytest.mark.parametrize(
    ("title", "exercises", "trainees", "key"),
    [
        (" ", ["a-b"], ["Ana"], "class-no-title"),
        ("x" * 101, ["a-b"], ["Ana"], "class-no-title"),
        ("x", ["a-b"], ["", " "], "class-no-trainees"),
        ("x", ["a-b"], [str(number) for number in range(101)], "class-no-trainees"),
        ("x", ["a-b"], ["A" * 61], "class-long-name"),
        ("x", ["a-b"], ["Ana", "Bor", "ana "], "class-twice"),
        ("x", [], ["Ana"], "class-no-exercises"),
    ],
)
def test_a_form_says_what_is_missing(title: str, exercises: Sequence[str], trainees: Sequence[str], key: str) -> None:
    with pytest.raises(FormError) as caught:
        plan_of(title, Language.ENGLISH, exercises, trainees)
    assert caught.value.key == key

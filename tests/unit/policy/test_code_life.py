"""The table of a code's life, cell by cell, as a person would write it down."""

from __future__ import annotations

import pytest
from stuntcard.policy.code_life import LIFE, TRIES_LEFT, Turn, refusal, turn_of_value, turned
from stuntcard.policy.events import Verdict
from stuntcard.policy.state import CodeState
from stuntcard.profile.model import CodeStatus

NOT_SET, SET, BLOCKED = CodeStatus.NOT_SET, CodeStatus.SET, CodeStatus.BLOCKED
LIMIT = 5


def code(status: CodeStatus, left: int = 3) -> CodeState:
    return CodeState(status, left, LIMIT, must_change=True)


def test_the_table_knows_every_turn_in_every_status() -> None:
    assert LIFE.keys() == TRIES_LEFT.keys() == set(Turn)
    assert all(row.keys() == set(CodeStatus) for row in LIFE.values())


@pytest.mark.parametrize("turn", [Turn.RIGHT, Turn.WRONG, Turn.LAST_WRONG])
@pytest.mark.parametrize(
    ("status", "verdict"), [(NOT_SET, Verdict.CODE_NOT_SET), (SET, None), (BLOCKED, Verdict.CODE_BLOCKED)]
)
def test_only_a_code_that_is_set_takes_values(turn: Turn, status: CodeStatus, verdict: Verdict | None) -> None:
    assert refusal(code(status), turn) is verdict
    if verdict is not None:
        assert turned(code(status), turn) == code(status)


@pytest.mark.parametrize(
    ("turn", "status", "left", "must_change"),
    [
        (Turn.RIGHT, SET, LIMIT, True),
        (Turn.WRONG, SET, 2, True),
        (Turn.LAST_WRONG, BLOCKED, 0, True),
        (Turn.SET, SET, LIMIT, False),
        (Turn.SPENT, NOT_SET, 3, False),
        (Turn.BLOCKED_TOO, BLOCKED, 0, True),
    ],
)
def test_what_each_turn_makes_of_a_code_that_is_set(
    turn: Turn, status: CodeStatus, left: int, must_change: bool
) -> None:
    assert turned(code(SET), turn) == CodeState(status, left, LIMIT, must_change)


@pytest.mark.parametrize("status", [NOT_SET, BLOCKED])
def test_what_can_befall_a_code_that_takes_no_value(status: CodeStatus) -> None:
    assert turned(code(status), Turn.SET) == CodeState(SET, LIMIT, LIMIT)
    assert turned(code(status), Turn.SPENT).status is NOT_SET
    assert turned(code(status), Turn.BLOCKED_TOO) == CodeState(BLOCKED, 0, LIMIT, must_change=True)


@pytest.mark.parametrize(
    ("left", "correct", "turn"),
    [(2, True, Turn.RIGHT), (1, True, Turn.RIGHT), (2, False, Turn.WRONG), (1, False, Turn.LAST_WRONG)],
)
def test_a_wrong_value_is_the_last_when_one_try_is_left(left: int, correct: bool, turn: Turn) -> None:
    assert turn_of_value(code(SET, left), correct) is turn

"""Who looks for the next command, and who sleeps."""

from __future__ import annotations

import pytest
from stuntcard.readers.busy_wait import MOMENT, Company


def test_one_connection_is_alone_after_a_moment() -> None:
    company = Company()
    assert not company.is_alone(3, 1.0)
    assert not company.is_alone(3, 1.0 + MOMENT / 2)
    assert company.is_alone(3, 1.0 + 2 * MOMENT)
    assert company.is_alone(3, 9.0)


@pytest.mark.parametrize("gap", [MOMENT / 10, 2 * MOMENT])
def test_connections_that_take_turns_are_not(gap: float) -> None:
    company, now = Company(), 1.0
    for turn in range(20):
        assert not company.is_alone(turn % 2, now)
        now += gap


def test_whoever_stays_is_alone_again() -> None:
    company = Company()
    company.is_alone(3, 1.0)
    assert not company.is_alone(4, 5.0)
    assert not company.is_alone(3, 5.0 + MOMENT / 2)
    assert company.is_alone(3, 5.0 + 2 * MOMENT)

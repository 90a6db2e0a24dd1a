"""How long a session lasts, and how many there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cardtools.ca.portal.sessions import IDLE_FOR, LASTS_FOR, Sessions

from tests.unit.cardtools.ca.running_ca import Clock


def test_a_session_lasts_while_it_is_used() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    identifier = sessions.begin("token").identifier
    step = IDLE_FOR - timedelta(seconds=10)
    for _ in range(int(LASTS_FOR / step)):
        clock.forward(seconds=step.total_seconds())
        assert sessions.use(identifier) is not None
    clock.forward(seconds=step.total_seconds())
    assert sessions.use(identifier) is None


def test_a_session_left_alone_ends_for_good() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    identifier = sessions.begin("token").identifier
    clock.forward(seconds=IDLE_FOR.total_seconds())
    assert sessions.use(identifier) is None
    clock.forward(seconds=-IDLE_FOR.total_seconds())
    assert sessions.use(identifier) is None


def test_the_session_used_longest_ago_makes_room() -> None:
    sessions = Sessions(Clock(), at_most=2)
    first, second = sessions.begin("a").identifier, sessions.begin("b").identifier
    sessions.use(first)
    third = sessions.begin("c").identifier
    assert [sessions.use(identifier) is not None for identifier in (first, second, third)] == [True, False, True]


@pytest.mark.parametrize("identifier", ["", "guessed"])
def test_no_session(identifier: str) -> None:
    sessions = Sessions(Clock())
    sessions.begin("token")
    sessions.end(identifier)
    assert sessions.use(identifier) is None


def test_secrets_are_in_no_log() -> None:
    session = Sessions(Clock()).begin("the token")
    for secret in (session.identifier, session.csrf, session.token):
        assert secret not in repr(session)

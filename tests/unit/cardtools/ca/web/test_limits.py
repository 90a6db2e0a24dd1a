"""How often a client may call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cardtools.ca.settings import Limits, Rate
from cardtools.ca.web.limits import RateLimit

from tests.unit.cardtools.ca.running_ca import NO_LIMITS, refused, running_ca

_RATE = Rate(at_once=2, per_second=0.01)


class _Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_and_then_so_many_a_second() -> None:
    seconds = _Seconds()
    limit = RateLimit(Rate(at_once=2, per_second=0.5), seconds)
    assert [limit.take("a") for _ in range(3)] == [0, 0, 2]
    assert limit.take("b") == 0
    seconds.now = 1
    assert limit.take("a") == 1
    seconds.now = 2
    assert [limit.take("a") for _ in range(2)] == [0, 2]
    seconds.now = 1000
    assert [limit.take("a") for _ in range(3)] == [0, 0, 2]


def test_not_more_clients_are_remembered_than_fit() -> None:
    limit = RateLimit(Rate(at_once=1, per_second=1), _Seconds())
    for number in range(10_001):
        limit.take(str(number))
    assert limit.take("0") == 0
    assert limit.take("10000") == 1


def test_who_has_a_right_token_is_counted_apart_from_the_others_at_the_address(tmp_path: Path) -> None:
    with running_ca(tmp_path, limits=replace(NO_LIMITS, anything=_RATE)) as ca:
        assert ca.http.get("/requests", headers=ca.operator).status_code == 200
        assert [ca.http.get("/root").status_code for _ in range(3)] == [200, 429, 429]
        wrong = {"Authorization": "Bearer wrong"}
        assert ca.http.get("/requests", headers=wrong).status_code == 429
        assert [ca.http.get("/requests", headers=ca.operator).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    ("limits", "path"),
    [(replace(NO_LIMITS, asking=_RATE), "/challenges"), (replace(NO_LIMITS, anything=_RATE), "/ocsp")],
    ids=["asking", "anything"],
)
def test_a_client_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path, limits: Limits, path: str) -> None:
    with running_ca(tmp_path, limits=limits) as ca:
        assert [ca.http.post(path).status_code // 100 for _ in range(2)] == [2, 2]
        answer = ca.http.post(path)
        assert refused(answer) == (429, "too-many-requests")
        assert 90 <= int(answer.headers["retry-after"]) <= 100

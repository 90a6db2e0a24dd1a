"""Who may do what."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cardtools.ca.office import roles
from cardtools.ca.office.roles import Role, TokenHolder
from cardtools.ca.settings import Rate

from tests.unit.cardtools.ca.running_ca import NO_LIMITS, RunningCa, refused, running_ca

_OPERATORS_ONLY = [
    ("GET", "/requests"),
    ("POST", "/requests/BP0000000000/issue"),
    ("POST", "/requests/BP0000000000/refuse"),
    ("GET", "/audit"),
    ("DELETE", "/cards/proid-q/0001/bond"),
    ("POST", "/undo-requests/0/carry-out"),
    ("POST", "/undo-requests/0/refuse"),
]
_AUTHORISED_ONLY = [("POST", "/cards/proid-q/0001/bond/undo-requests")]
_BOTH = [
    ("POST", "/certificates/AB/revoke"),
    ("GET", "/people?find=a"),
    ("GET", "/cards/proid-q/0001/bond"),
    ("GET", "/undo-requests"),
]


def _call(ca: RunningCa, method: str, path: str, headers: dict[str, str]) -> int:
    body = {"reason": "unspecified"} if method == "POST" else None
    return ca.http.request(method, path, headers=headers, json=body).status_code


@pytest.mark.parametrize(("method", "path"), _OPERATORS_ONLY + _AUTHORISED_ONLY + _BOTH)
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic b2xnYTp4"}])
def test_nobody_may(quiet_ca: RunningCa, method: str, path: str, header: dict[str, str]) -> None:
    answer = quiet_ca.http.request(method, path, headers=header, json={"reason": "x"})
    assert refused(answer) == (401, "not-allowed")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), _OPERATORS_ONLY)
def test_only_the_operator_may(quiet_ca: RunningCa, method: str, path: str) -> None:
    assert _call(quiet_ca, method, path, quiet_ca.authorised) == 403
    assert _call(quiet_ca, method, path, quiet_ca.operator) in (200, 404)


@pytest.mark.fact("PQ-25")
@pytest.mark.parametrize(("method", "path"), _AUTHORISED_ONLY)
def test_only_the_authorised_person_may(quiet_ca: RunningCa, method: str, path: str) -> None:
    assert _call(quiet_ca, method, path, quiet_ca.operator) == 403
    assert _call(quiet_ca, method, path, quiet_ca.authorised) == 404


@pytest.mark.parametrize(("method", "path"), _BOTH)
def test_both_may(quiet_ca: RunningCa, method: str, path: str) -> None:
    assert _call(quiet_ca, method, path, quiet_ca.operator) in (200, 404)
    assert _call(quiet_ca, method, path, quiet_ca.authorised) in (200, 404)


def test_a_token_is_kept_as_a_digest_only(manual_ca: RunningCa) -> None:
    token = roles.add(manual_ca.service, "Oto", Role.OPERATOR, "test")
    assert roles.holder_of(manual_ca.service, token) == TokenHolder("Oto", Role.OPERATOR)
    folder = manual_ca.service.settings.folder
    assert not [file for file in folder.rglob("*") if file.is_file() and token.encode() in file.read_bytes()]


def test_guessing_tokens_is_slowed_down_and_nobody_with_a_right_one(tmp_path: Path) -> None:
    with running_ca(tmp_path, limits=replace(NO_LIMITS, wrong_tokens=Rate(at_once=2, per_second=0.001))) as ca:
        guess = {"Authorization": "Bearer guess"}
        assert [_call(ca, "GET", "/audit", guess) for _ in range(3)] == [401, 401, 429]
        assert _call(ca, "GET", "/audit", ca.operator) == 200
        assert _call(ca, "GET", "/audit", guess) == 429
        assert ca.audit()[-2:] == [("client 127.0.0.1", "log in", "", "not-allowed")] * 2

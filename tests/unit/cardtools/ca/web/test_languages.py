"""What the CA refuses, it refuses in its reader's language."""

from __future__ import annotations

import pytest

from tests.unit.cardtools.ca.running_ca import RunningCa


@pytest.mark.parametrize(
    ("asked", "token", "request_"),
    [
        ("cs", "K tomu je třeba token, který vydala tato CA,", "Žádost BP0000000001 neexistuje."),
        ("de, sl;q=0.8, en;q=0.3", "Za to je potreben žeton, ki ga je izdal", "Zahtevka BP0000000001 ni."),
        ("de", "This needs a token that the CA gave out,", "There is no request BP0000000001."),
    ],
)
def test_a_refusal_speaks_the_language_that_is_liked_best(
    manual_ca: RunningCa, asked: str, token: str, request_: str
) -> None:
    headers = {"Accept-Language": asked}
    answer = manual_ca.http.get("/audit", headers=headers).json()
    assert answer["problem"] == "not-allowed"
    assert answer["detail"].startswith(token)
    assert manual_ca.http.get("/requests/BP0000000001", headers=headers).json() == {
        "problem": "not-found",
        "detail": request_,
    }

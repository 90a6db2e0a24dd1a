"""Who may do what over HTTP: tokens with a role, Host and Origin, and what no body may be."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from stuntcard.serve.access import Access
from stuntcard.serve.cards import Cards
from stuntcard.serve.guard import BODY_MAX
from stuntcard.serve.plans import CardPlan

from tests.unit.serve.problems import problem_of

ANNA = "/api/v1/cards/anna"


@pytest.mark.parametrize("token", ["", "wrong", "é", "Bearer"])
def test_nobody_comes_in_without_a_token(anyone: TestClient, token: str) -> None:
    answer = anyone.get("/api/v1/cards", headers={"Authorization": f"Bearer {token}".encode()})
    assert problem_of(answer) == (401, "not-authenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_description_of_the_api_is_for_anyone(anyone: TestClient) -> None:
    told = anyone.get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert "/api/v1/cards/{id}/events" in told["paths"]


def test_an_observer_looks_at_their_card_and_does_nothing(owner: TestClient, cards: Cards) -> None:
    for name in ("anna", "petr"):
        cards.make(name, CardPlan(profile="proid-q"))
    given = owner.post("/api/v1/tokens", json={"role": "observer", "cards": ["anna"], "note": "Anna's link"}).json()
    theirs = {"Authorization": f"Bearer {given['token']}"}
    assert [card["id"] for card in owner.get("/api/v1/cards", headers=theirs).json()["cards"]] == ["anna"]
    assert owner.get(f"{ANNA}/state", headers=theirs).status_code == 200
    for refused in (
        owner.get("/api/v1/cards/petr", headers=theirs),
        owner.get("/api/v1/cards/nosuch", headers=theirs),
        owner.get("/api/v1/cards/petr/events", headers=theirs),
        owner.post(f"{ANNA}/remove", headers=theirs),
        owner.get(f"{ANNA}/first-codes", headers=theirs),
        owner.put("/api/v1/cards/new", headers=theirs, json={"profile": "proid-q"}),
        owner.delete(ANNA, headers=theirs),
        owner.post("/api/v1/tokens", headers=theirs, json={"role": "owner"}),
        owner.post("/api/v1/links", headers=theirs),
        owner.get("/api/v1/exercises/proid-q-622-expired", headers=theirs),
        owner.get("/api/v1/stored-cards", headers=theirs),
    ):
        assert problem_of(refused) == (403, "not-allowed")
    assert owner.delete(f"/api/v1/tokens/{given['about']['id']}").status_code == 204
    assert problem_of(owner.get(ANNA, headers=theirs)) == (401, "not-authenticated")


def test_an_operator_acts_on_their_card_alone(owner: TestClient, cards: Cards) -> None:
    for name in ("anna", "petr"):
        cards.make(name, CardPlan(profile="proid-q"))
    token = owner.post("/api/v1/tokens", json={"role": "operator", "cards": ["anna"]}).json()["token"]
    theirs = {"Authorization": f"Bearer {token}"}
    assert owner.post(f"{ANNA}/remove", headers=theirs).status_code == 200
    assert problem_of(owner.post("/api/v1/cards/petr/remove", headers=theirs)) == (403, "not-allowed")
    assert problem_of(owner.delete(ANNA, headers=theirs)) == (403, "not-allowed")
    # Whoever does an exercise is not to read its answers.
    answers = owner.get("/api/v1/exercises/proid-q-622-expired", headers=theirs)
    assert problem_of(answers) == (403, "not-allowed")


def test_the_values_of_tokens_are_told_once(owner: TestClient, access: Access) -> None:
    token = owner.post("/api/v1/tokens", json={"role": "observer"}).json()["token"]
    listed = owner.get("/api/v1/tokens").text
    assert token not in listed
    assert access.owner_token not in listed
    assert token not in repr(access.tokens())


@pytest.mark.parametrize("host", ["evil.example:7816", "127.0.0.1", "127.0.0.1:1", "", "127.0.0.1:7816.evil.example"])
def test_a_foreign_host_is_sent_away(owner: TestClient, host: str) -> None:
    assert problem_of(owner.get("/api/v1/cards", headers={"Host": host})) == (421, "foreign-host")


@pytest.mark.parametrize("host", ["localhost:7816", "[::1]:7816", "LOCALHOST:7816"])
def test_this_machine_has_several_names(owner: TestClient, host: str) -> None:
    assert owner.get("/api/v1/cards", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_the_page_of_another_site_can_do_nothing(owner: TestClient, headers: dict[str, str]) -> None:
    refused = owner.put(ANNA, json={"profile": "proid-q"}, headers=headers)
    assert problem_of(refused) == (403, "foreign-origin")


def test_a_body_that_is_too_large_is_refused_before_it_comes(owner: TestClient) -> None:
    def endless() -> object:
        for _ in range(BODY_MAX // 1024 + 2):
            yield b" " * 1024

    told = owner.put(ANNA, content=b"{}", headers={"Content-Length": str(1 << 30)})
    assert problem_of(told) == (413, "too-large")
    untold = owner.put(ANNA, content=endless())
    assert problem_of(untold) == (413, "too-large")


@pytest.mark.parametrize("path", ["/api/v1/cards/..%2f..%2fetc%2fpasswd", "/look/..%2fstyle.css", "/api/v1/cards/%00"])
def test_no_path_leads_to_a_file(owner: TestClient, path: str) -> None:
    assert owner.get(path).status_code in {404, 422}

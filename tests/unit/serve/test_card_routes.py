"""Cards are made, listed, moved and removed over HTTP."""

from __future__ import annotations

from starlette.testclient import TestClient
from stuntcard.control.client import running_cards

from tests.unit.serve.problems import problem_of

ANNA = "/api/v1/cards/anna"


def test_a_card_is_made_once_however_often_it_is_asked_for(owner: TestClient) -> None:
    first = owner.put(ANNA, json={"profile": "proid-q", "label": "Anna"})
    again = owner.put(ANNA, json={"profile": "proid-q", "label": "Anna"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["made"] == again.json()["made"]
    assert [card["id"] for card in owner.get("/api/v1/cards").json()["cards"]] == ["anna"]


def test_another_plan_under_the_same_id_is_refused(owner: TestClient) -> None:
    owner.put(ANNA, json={"profile": "proid-q"})
    refused = owner.put(ANNA, json={"profile": "tokenme"})
    assert problem_of(refused) == (409, "id-taken")
    assert owner.get(ANNA).json()["profile"] == "proid-q"


def test_without_an_id_cards_are_named_after_what_they_are(owner: TestClient) -> None:
    made = [owner.post("/api/v1/cards", json={"profile": "proid-q"}) for _ in range(2)]
    assert [one.headers["location"] for one in made] == ["/api/v1/cards/proid-q", "/api/v1/cards/proid-q-2"]


def test_a_served_card_runs_like_any_other(owner: TestClient) -> None:
    owner.put(ANNA, json={"profile": "proid-q"})
    (running,) = running_cards()
    assert running.name == "anna"
    assert running.status == owner.get(f"{ANNA}/state").json()


def test_a_card_that_is_removed_is_gone_with_its_sockets(owner: TestClient) -> None:
    owner.put(ANNA, json={"profile": "proid-q"})
    assert owner.delete(ANNA).status_code == 204
    assert problem_of(owner.get(ANNA)) == (404, "no-such-card")
    assert running_cards() == ()


def test_a_card_is_brought_to_a_state_by_the_law(owner: TestClient) -> None:
    owner.put(ANNA, json={"profile": "proid-q"})
    done = owner.post(f"{ANNA}/set", json={"wanted": ["pin=blocked", "puk=1"]})
    assert done.json()["forced"] == []
    codes = owner.get(f"{ANNA}/state").json()["codes"]
    assert (codes["pin"]["state"], codes["puk"]["tries_left"]) == ("blocked", 1)


def test_a_card_is_taken_out_and_put_in(owner: TestClient) -> None:
    owner.put(ANNA, json={"profile": "proid-q"})
    owner.post(f"{ANNA}/remove")
    assert owner.get(ANNA).json()["place"] == "out"
    assert problem_of(owner.post(f"{ANNA}/reset")) == (409, "refused")
    owner.post(f"{ANNA}/insert")
    assert owner.get(ANNA).json()["place"] == "in"

"""Advice, pictures, traces, and what cards can be made of."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient
from stuntcard.serve.cards import Cards

from tests.unit.serve.problems import problem_of

ANNA = "/api/v1/cards/anna"
VERIFY = bytes.fromhex("0020000106313233343536")


def test_advice_is_told_in_the_language_that_is_asked_for(owner: TestClient) -> None:
    owner.put(ANNA, json={"scenario": "puk-last-try", "profile": "proid-q"})
    czech = owner.get(f"{ANNA}/advice", params={"language": "cs"}).json()
    assert czech == owner.get(f"{ANNA}/advice", headers={"Accept-Language": "sl;q=0.5, cs"}).json()
    assert czech["text"] != owner.get(f"{ANNA}/advice").json()["text"]
    assert problem_of(owner.get(f"{ANNA}/advice", params={"forgot": "nothing"})) == (422, "not-valid")


def test_a_picture_marks_where_the_card_stands(owner: TestClient) -> None:
    owner.put(ANNA, json={"profile": "zzzs-pk"})
    drawn = owner.get(f"{ANNA}/picture", params={"language": "sl"})
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.text.count("tukaj ste") == 1
    assert problem_of(owner.get(f"{ANNA}/picture", params={"of": "code:none"})) == (404, "not-found")


@pytest.mark.parametrize("form", ["jsonl", "pcapng"])
def test_a_trace_has_no_code_in_it(owner: TestClient, cards: Cards, form: str) -> None:
    owner.put(ANNA, json={"profile": "proid-q"})
    slot = cards.find("anna").reader.slot_control.slot
    assert slot.card is not None
    slot.card.transmit(VERIFY)
    written = owner.get(f"{ANNA}/trace", params={"format": form}).content
    assert b"123456" not in written
    assert b"313233343536" not in written
    if form == "jsonl":
        header, event = (json.loads(line) for line in written.splitlines())
        assert header["masked"] is True
        assert event["command"] == "0020000106************"


def test_what_cards_can_be_made_of_is_listed(owner: TestClient) -> None:
    assert "proid-q" in {one["id"] for one in owner.get("/api/v1/profiles").json()["profiles"]}
    assert owner.get("/api/v1/exercises", params={"language": "sl"}).json()["exercises"]
    scenario = owner.get("/api/v1/scenarios").json()["scenarios"][0]["id"]
    assert owner.put(ANNA, json={"scenario": scenario}).status_code == 201
    assert owner.get("/api/v1/stored-cards").json() == {"stored_cards": []}


def test_the_codes_of_a_fresh_card_are_told_to_who_may_act(owner: TestClient) -> None:
    owner.put(ANNA, json={"profile": "proid-q"})
    assert set(owner.get(f"{ANNA}/first-codes").json()["codes"]) == {"pin", "puk", "qpin"}

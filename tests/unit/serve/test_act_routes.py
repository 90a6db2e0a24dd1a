"""What people off the card do over HTTP, faults, and snapshots."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.unit.serve.problems import problem_of

CARD = "/api/v1/cards/jan"


def test_the_office_sets_a_code_and_its_value_is_told_to_nobody(owner: TestClient) -> None:
    owner.put(CARD, json={"profile": "eobcanka"})
    actors = owner.get(f"{CARD}/actors", params={"language": "cs"}).json()["actors"]
    office = next(actor for actor in actors if actor["id"] == "office")
    act = next(act for act in office["acts"] if act["id"] == "set-identification")
    values = dict.fromkeys(act["asks_for"], "73519")
    done = owner.post(f"{CARD}/actors/office/set-identification", json={"values": values})
    assert done.status_code == 200, done.text
    assert "73519" not in done.text
    assert {owner.get(f"{CARD}/state").json()["codes"][code]["state"] for code in values} == {"set"}


def test_a_value_that_is_refused_is_not_repeated(owner: TestClient) -> None:
    owner.put(CARD, json={"profile": "eobcanka"})
    refused = owner.post(f"{CARD}/actors/office/set-identification", json={"values": {"dok": "secret-73519" * 9}})
    assert problem_of(refused) == (422, "not-valid")
    assert "73519" not in refused.text


def test_a_fault_is_set_counted_and_cleared(owner: TestClient) -> None:
    owner.put(CARD, json={"profile": "proid-q"})
    assert problem_of(owner.post(f"{CARD}/faults", json={"rule": "nonsense"})) == (409, "refused")
    owner.post(f"{CARD}/faults", json={"rule": "ins=20 act=status:6F00"})
    (fault,) = owner.get(f"{CARD}/faults").json()["faults"]
    assert (fault["number"], fault["struck"]) == (1, 0)
    assert owner.delete(f"{CARD}/faults/1").json()["faults"] == []


@pytest.mark.parametrize("kept", [False, True])
def test_a_snapshot_brings_a_card_back(owner: TestClient, kept: bool) -> None:
    owner.put(CARD, json={"profile": "proid-q", "keep": kept})
    assert [one["name"] for one in owner.post(f"{CARD}/snapshots", json={"name": "new"}).json()["snapshots"]] == ["new"]
    owner.post(f"{CARD}/set", json={"wanted": ["pin=blocked"]})
    owner.post(f"{CARD}/snapshots/new/restore")
    assert owner.get(f"{CARD}/state").json()["codes"]["pin"]["state"] == "set"
    assert owner.post(f"{CARD}/snapshots/other/restore").status_code in {404, 409}


def test_keys_are_pressed_at_a_pin_pad_only_where_there_is_one(owner: TestClient) -> None:
    owner.put(CARD, json={"profile": "proid-q"})
    assert problem_of(owner.get(f"{CARD}/pinpad")) == (409, "refused")
    owner.put("/api/v1/cards/pad", json={"profile": "proid-q", "pinpad": True})
    assert owner.get("/api/v1/cards/pad/pinpad").json() == {"asked": None}


@pytest.mark.parametrize(
    ("language", "called", "moved"),
    [
        ("en", "the office could not do it: a value does not fit; DOK has 4 to 10 digits, IOK has 4 to 10 digits",
         "the card is not in the reader; put it in first (insert)"),
        ("cs", "úřad: úkon se nezdařil: hodnota nevyhovuje; DOK: 4 až 10, číslice, IOK: 4 až 10, číslice",
         "karta není ve čtečce; nejdřív ji vložte (insert)"),
        ("sl", "urad: dejanje ni uspelo: vrednost ne ustreza; DOK: od 4 do 10, števke, IOK: od 4 do 10, števke",
         "kartica ni v čitalniku; najprej jo vstavite (insert)"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_in_the_callers_language(
    owner: TestClient, language: str, called: str, moved: str
) -> None:
    owner.put("/api/v1/cards/eva", json={"profile": "eobcanka"})
    act = owner.post(
        "/api/v1/cards/eva/actors/office/set-identification",
        params={"language": language},
        json={"values": {"dok": "1", "iok": "2222"}},
    )
    assert (act.status_code, act.json()["detail"]) == (409, called)
    owner.post("/api/v1/cards/eva/remove")
    reset = owner.post("/api/v1/cards/eva/reset", headers={"Accept-Language": f"{language};q=0.9"})
    assert (reset.status_code, reset.json()["detail"]) == (409, moved)

"""An exercise is done on a card over HTTP, and judged on the card alone."""

from __future__ import annotations

from starlette.testclient import TestClient
from stuntcard.control.client import the_running_card

from tests.unit.serve.problems import problem_of

ANNA = "/api/v1/cards/anna"


def test_an_exercise_is_told_called_about_hinted_at_and_solved(owner: TestClient) -> None:
    owner.put(ANNA, json={"exercise": "proid-q-pin-blocked"})
    first = owner.get(f"{ANNA}/exercise", params={"language": "cs"}).json()
    assert (first["progress"], first["hints"], first["explain"]) == ("open", 0, [])
    hint = owner.post(f"{ANNA}/exercise/hints", params={"language": "cs"}).json()["hint"]
    assert hint
    told = owner.get(f"{ANNA}/exercise/told").json()["codes"]
    assert set(told) == set(first["told"])
    for person in first["people"]:
        told |= owner.post(f"{ANNA}/exercise/calls/{person}").json()["tells"]
    owner.post(f"{ANNA}/set", json={"wanted": ["pin=set"]})
    after = owner.get(f"{ANNA}/exercise").json()
    assert (after["progress"], after["hints"], after["calls"]) == ("solved", 1, first["people"])
    assert after["explain"]


def test_who_is_not_in_the_story_can_not_be_called(owner: TestClient) -> None:
    owner.put(ANNA, json={"profile": "proid-q"})
    assert problem_of(owner.get(f"{ANNA}/exercise")) == (404, "not-found")
    owner.post(f"{ANNA}/exchange", json={"exercise": "proid-q-pin-blocked"})
    assert problem_of(owner.post(f"{ANNA}/exercise/calls/nobody")) == (404, "not-found")


def test_the_control_socket_knows_of_the_exercise(owner: TestClient) -> None:
    from stuntcard.control.client import send
    from stuntcard.control.requests import ExerciseAnswer, ExerciseRequest

    owner.put(ANNA, json={"exercise": "proid-q-pin-blocked"})
    answer = send(the_running_card("anna"), ExerciseRequest("en"), ExerciseAnswer)
    assert answer.exercise == "proid-q-pin-blocked"


def test_who_is_called_again_says_the_same_and_counts_once(owner: TestClient) -> None:
    owner.put(ANNA, json={"exercise": "proid-q-pin-guessed"})
    called = [owner.post(f"{ANNA}/exercise/calls/holder").json() for _ in range(3)]
    assert called[0]["says"]
    assert called == called[:1] * 3
    assert owner.get(f"{ANNA}/exercise").json()["calls"] == ["holder"]

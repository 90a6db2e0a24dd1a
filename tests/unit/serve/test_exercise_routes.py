"""An exercise is done on a card over HTTP, and judged on the card alone."""

from __future__ import annotations

from starlette.testclient import TestClient
from stuntcard.applets.code_commands import PAD
from stuntcard.control.client import the_running_card
from stuntcard.serve.cards import Cards

from tests.unit.serve.problems import problem_of

ANNA = "/api/v1/cards/anna"


def transmit(cards: Cards, command: str, *values: bytes) -> str:
    """What the card answers to a command with codes' values."""
    lying = cards.find("anna").reader.slot_control.slot.card
    assert lying is not None
    return lying.transmit(bytes.fromhex(command) + b"".join(value.ljust(16, PAD) for value in values)).hex()


def test_an_exercise_is_told_called_about_hinted_at_and_solved(owner: TestClient, cards: Cards) -> None:
    owner.put(ANNA, json={"exercise": "proid-q-pin-blocked"})
    first = owner.get(f"{ANNA}/exercise", params={"language": "cs"}).json()
    assert (first["progress"], first["hints"], first["explain"]) == ("open", 0, [])
    hint = owner.post(f"{ANNA}/exercise/hints", params={"language": "cs"}).json()["hint"]
    assert hint
    told = owner.get(f"{ANNA}/exercise/told").json()["codes"]
    assert set(told) == set(first["told"])
    for person in first["people"]:
        told |= owner.post(f"{ANNA}/exercise/calls/{person}").json()["tells"]
    # A PIN of her own is not the one that everybody's card comes with.
    assert transmit(cards, "002C000120", told["puk"].encode(), b"12345678") == "9000"
    assert owner.get(f"{ANNA}/exercise").json()["progress"] == "open"
    assert transmit(cards, "002C000120", told["puk"].encode(), b"24681357") == "9000"
    after = owner.get(f"{ANNA}/exercise").json()
    assert (after["progress"], after["hints"], after["calls"]) == ("solved", 1, first["people"])
    assert after["explain"]


def test_a_request_for_a_hint_that_is_repeated_takes_one(owner: TestClient) -> None:
    owner.put(ANNA, json={"exercise": "proid-q-pin-blocked"})
    asked = [owner.post(f"{ANNA}/exercise/hints", params={"after": 0}).json()["hint"] for _ in range(3)]
    assert asked == [asked[0]] * 3
    assert owner.get(f"{ANNA}/exercise").json()["hints"] == 1
    second = owner.post(f"{ANNA}/exercise/hints", params={"after": 1}).json()["hint"]
    assert second != asked[0]
    assert owner.get(f"{ANNA}/exercise").json()["hints"] == (1 if second is None else 2)
    assert owner.post(f"{ANNA}/exercise/hints", params={"after": -1}).status_code == 422


def test_who_is_not_in_the_story_can_not_be_called(owner: TestClient) -> None:
    owner.put(ANNA, json={"profile": "proid-q"})
    assert problem_of(owner.get(f"{ANNA}/exercise")) == (404, "not-found")
    owner.post(f"{ANNA}/exchange", json={"exercise": "proid-q-pin-blocked"})
    assert problem_of(owner.post(f"{ANNA}/exercise/calls/nobody")) == (404, "not-found")


def test_the_control_socket_knows_of_the_exercise(owner: TestClient) -> None:
    from stuntcard.control.client import send
    from stuntcard.control.requests import ExerciseAnswer, ExerciseRequest

    owner.put(ANNA, json={"exercise": "proid-q-pin-blocked"})
    answer = send(the_running_card("anna"), ExerciseRequest(), ExerciseAnswer)
    assert answer.exercise == "proid-q-pin-blocked"


def test_a_code_that_was_changed_is_told_no_more(owner: TestClient, cards: Cards) -> None:
    owner.put(ANNA, json={"exercise": "proid-q-qpin-blocked"})
    told = owner.get(f"{ANNA}/exercise/told").json()["codes"]
    assert told == {"pin": "12345678", "puk": "87654321"}
    assert transmit(cards, "0024000120", b"12345678", b"24681357") == "9000"
    assert owner.get(f"{ANNA}/exercise/told").json()["codes"] == {"puk": "87654321"}


def test_who_is_called_again_says_the_same_and_counts_once(owner: TestClient) -> None:
    owner.put(ANNA, json={"exercise": "proid-q-pin-guessed"})
    called = [owner.post(f"{ANNA}/exercise/calls/holder").json() for _ in range(3)]
    assert called[0]["says"]
    assert called == called[:1] * 3
    assert owner.get(f"{ANNA}/exercise").json()["calls"] == ["holder"]


def test_the_trainer_reads_an_exercise_with_its_answers(owner: TestClient) -> None:
    told = owner.get("/api/v1/exercises/proid-q-622-expired", params={"language": "sl"}).json()
    assert told["title"] == "Napaka 622: za obnovo ni prostora"
    assert told["way"]
    assert [trap["fatal"] for trap in told["traps"]] == [True]
    assert told["traps"][0]["facts"] == ["PQ-15", "PQ-26"]
    assert told["explain"][0]["facts"] == ["PQ-13", "PQ-15"]
    # The values of codes are the trainee's to be told.
    assert not {"24680", "97531"} & set(str(told).replace("'", " ").split())
    assert problem_of(owner.get("/api/v1/exercises/no-such")) == (404, "not-found")

"""Cards that are kept, exchanged, share a desk, or are for an exercise."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from stuntcard.control.client import end, send, the_running_card
from stuntcard.control.errors import ControlError
from stuntcard.control.requests import DoneAnswer, InsertRequest
from stuntcard.serve.cards import Cards
from stuntcard.serve.happenings import Happening
from stuntcard.serve.plans import CardPlan
from stuntcard.serve.problems import Problem, ProblemError
from stuntcard.store.library import card_names

WRONG = bytes.fromhex("0020000106393939393939")


def transmit(cards: Cards, card: str, command: bytes) -> bytes:
    lying = cards.find(card).reader.slot_control.slot.card
    assert lying is not None
    return lying.transmit(command)


def test_a_kept_card_is_served_again_as_it_was_left() -> None:
    before = Cards()
    made, _ = before.make("anna", CardPlan(profile="proid-q", keep=True, label="Anna"))
    assert transmit(before, "anna", WRONG) == bytes.fromhex("63C2")
    before.end()
    after = Cards()
    after.serve_kept()
    card = after.find("anna")
    assert (card.label, card.standing.made) == ("Anna", made.standing.made)
    assert card.description.state.codes["pin"].tries_left == 2
    assert card.standing.first_codes == made.standing.first_codes
    after.remove("anna")
    assert card_names() == ()
    again = Cards()
    again.serve_kept()
    assert again.all() == ()


def test_an_exercise_goes_on_where_it_was_left() -> None:
    before = Cards()
    before.make("anna", CardPlan(exercise="proid-q-pin-blocked", keep=True))
    transmit(before, "anna", bytes.fromhex("0020000208") + b"99999999")
    exercise = before.find("anna").exercise
    assert exercise is not None
    spent = exercise.attempt.tries_spent
    assert spent
    before.end()
    after = Cards()
    after.serve_kept()
    resumed = after.find("anna").exercise
    assert resumed is not None
    assert resumed.attempt.tries_spent == spent
    after.end()


@pytest.mark.parametrize("keep", [False, True])
def test_another_card_in_the_reader_leaves_the_reader_where_it_is(cards: Cards, keep: bool) -> None:
    cards.make("anna", CardPlan(profile="proid-q", keep=keep))
    before = cards.find("anna").description
    transmit(cards, "anna", WRONG)
    after = cards.exchange("anna", CardPlan(profile="tokenme", keep=keep)).description
    assert (after.pcsc_socket, after.reader) == (before.pcsc_socket, before.reader)
    assert (after.profile, after.state.codes["pin"].tries_left) == ("tokenme", after.state.codes["pin"].tries_limit)
    assert card_names() == (("anna",) if keep else ())


def test_a_bad_plan_leaves_the_card_that_lies_there(cards: Cards) -> None:
    cards.make("anna", CardPlan(profile="proid-q", keep=True))
    with pytest.raises(ProblemError) as refused:
        cards.exchange("anna", CardPlan(profile="proid-q", faults=("nonsense",)))
    assert refused.value.problem is Problem.BAD_PLAN
    assert cards.find("anna").description.place == "in"
    assert transmit(cards, "anna", WRONG) == bytes.fromhex("63C2")


def test_cards_of_one_desk_share_a_socket_and_a_reader_may_take_the_place_of_one_that_went(cards: Cards) -> None:
    for name in ("a", "b"):
        cards.make(name, CardPlan(profile="proid-q", desk="lab"))
    a, b = (cards.find(name).description for name in ("a", "b"))
    assert a.pcsc_socket == b.pcsc_socket
    assert (a.reader, b.reader) == ("Stuntcard a 00 00", "Stuntcard b 01 00")
    cards.remove("a")
    assert cards.make("c", CardPlan(profile="tokenme", desk="lab"))[0].description.reader == "Stuntcard c 00 00"


def test_a_desk_has_sixteen_readers_at_most(cards: Cards) -> None:
    for number in range(16):
        cards.make(f"c{number}", CardPlan(profile="blank", desk="lab"))
    with pytest.raises(ProblemError) as refused:
        cards.make("c16", CardPlan(profile="blank", desk="lab"))
    assert refused.value.problem is Problem.TOO_MANY


@pytest.mark.parametrize(
    "plan",
    [
        {"profile": "../proid-q"},
        {"profile": "nosuch"},
        {"scenario": "nosuch"},
        {"exercise": "nosuch"},
        {"stored": "nosuch"},
        {"profile": "proid-q", "applet": "nosuch"},
        {"profile": "proid-q", "serial": "XY"},
        {"profile": "proid-q", "faults": ["ins=XY"]},
        {"profile": "proid-q", "scenario": "pin-blocked", "exercise": "proid-q-pin-blocked"},
    ],
)
def test_what_can_not_be_planned_is_refused_with_a_reason(cards: Cards, plan: dict[str, object]) -> None:
    with pytest.raises((ProblemError, ValueError)):
        cards.make("anna", CardPlan.model_validate(plan))
    assert cards.all() == ()


def test_a_card_put_in_through_the_control_socket_is_told_as_another_card(cards: Cards) -> None:
    card, _ = cards.make("anna", CardPlan(profile="proid-q"))
    assert not list(card.news())
    send(the_running_card("anna"), InsertRequest("tokenme"), DoneAnswer)
    kinds = [kind for kind, _ in card.news()]
    assert Happening.CARD in kinds
    assert card.description.profile == "tokenme"
    assert transmit(cards, "anna", WRONG)
    assert Happening.COMMAND in [kind for kind, _ in card.news()]


def test_a_card_put_in_through_the_control_socket_is_planned_as_what_it_is(cards: Cards) -> None:
    cards.make("anna", CardPlan(profile="proid-q", label="Anna"))
    send(the_running_card("anna"), InsertRequest("tokenme"), DoneAnswer)
    card = cards.find("anna")
    assert card.plan == CardPlan(profile="tokenme")
    assert set(card.standing.first_codes) == {"pin", "puk"}
    with pytest.raises(ControlError, match=r"a\.yaml can't be put in here; name a profile by its id, or card:NAME"):
        send(the_running_card("anna"), InsertRequest("/tmp/a.yaml"), DoneAnswer)
    assert cards.find("anna").plan == CardPlan(profile="tokenme")


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (CardPlan(exercise="proid-q-pin-blocked"), "an exercise is done with the card of this reader"),
        (CardPlan(profile="proid-q", keep=True), "the card 'anna' is kept; whoever had it made exchanges it"),
    ],
)
def test_no_other_card_comes_where_that_would_lose_something(cards: Cards, plan: CardPlan, why: str) -> None:
    cards.make("anna", plan)
    before = cards.find("anna").card
    with pytest.raises(ControlError, match=why):
        send(the_running_card("anna"), InsertRequest("tokenme"), DoneAnswer)
    assert cards.find("anna").card is before


def test_a_card_that_is_stopped_goes_alone(cards: Cards) -> None:
    for name in ("anna", "petr"):
        cards.make(name, CardPlan(profile="proid-q"))
    assert end(the_running_card("anna")) == ("anna",)
    assert [card.id for card in cards.all()] == ["petr"]
    cards.make("eva", CardPlan(profile="proid-q", keep=True))
    with pytest.raises(ControlError, match="the card 'eva' is kept; whoever had it made deletes it, over HTTP"):
        end(the_running_card("eva"))
    assert [card.id for card in cards.all()] == ["petr", "eva"]


def test_a_card_can_be_removed_while_another_is_put_in(cards: Cards) -> None:
    """Whoever removes it waits for all who ask it something, and they for whoever makes and removes cards."""
    cards.make("anna", CardPlan(profile="proid-q"))
    with ThreadPoolExecutor() as pool:
        coming = [pool.submit(cards.put_in, "anna", name) for name in ("tokenme", "eobcanka", "proid-q")]
        leaving = pool.submit(cards.remove, "anna")
        leaving.result(60)
        for one in coming:
            assert isinstance(one.exception(60), ProblemError | ControlError | None)
    assert cards.all() == ()

"""The acts of the trainee's desk, each in a process of its own that reaches the card through PC/SC and PKCS#11."""

from __future__ import annotations

import pytest
from cardtools.common.messages import Language
from cardtools.console.acts.values import ActName, Outcome, Work
from cardtools.console.workers import Seat, Workers

from tests.clients.console_trainee import Trainee
from tests.clients.desk import PIN, PUK, Desk

pytestmark = pytest.mark.own_module


@pytest.fixture
def trainee(workers: Workers, desk: Desk) -> Trainee:
    return Trainee(workers, Seat(desk.socket, desk.folder / "enrol"))


@pytest.mark.fact("PQ-29")
def test_the_desk_shows_the_card_under_the_vendors_name(trainee: Trainee) -> None:
    seen = trainee.look()
    assert (seen.name, seen.manager) == ("ProID+Q", "Správce karty ProID+")
    assert [(code.id, code.tries_left, code.must_change) for code in seen.codes] == [
        ("pin", 3, True), ("puk", 5, True), ("qpin", 3, True),
    ]  # fmt: skip
    assert [area.id for area in seen.areas] == ["cc", "general"]


def test_a_blocked_pin_is_unblocked_on_the_desk(trainee: Trainee, desk: Desk) -> None:
    desk.block("pin")
    [pin, *_] = trainee.look().codes
    assert (pin.state, pin.acts) == ("blocked", (ActName.UNBLOCK,))
    form = trainee.form(ActName.UNBLOCK, "pin")
    assert [field.name for field in form.fields] == ["puk", "new-pin", "again-pin"]
    acted = trainee.act(ActName.UNBLOCK, "pin", {"puk": PUK, "new-pin": "24681357", "again-pin": "24681357"})
    assert acted.outcome is Outcome.DONE
    assert desk.code("pin").tries_left == 3
    assert trainee.act(ActName.LOG_IN, "pin", {"pin": "24681357"}).outcome is Outcome.DONE


def test_two_new_values_that_differ_never_reach_the_card(trainee: Trainee, desk: Desk) -> None:
    before = desk.card.content
    acted = trainee.act(ActName.CHANGE, "pin", {"pin": PIN, "new-pin": "24681357", "again-pin": "24681358"})
    assert acted.outcome is Outcome.REFUSED
    assert desk.card.content == before


def test_a_wrong_code_spends_a_try_and_says_what_comes_of_it(workers: Workers, desk: Desk) -> None:
    czech = Trainee(workers, Seat(desk.socket, desk.folder / "enrol"), Language.CZECH)
    acted = czech.act(ActName.LOG_IN, "pin", {"pin": "99999999"})
    assert (acted.outcome, desk.tries()) == (Outcome.REFUSED, (2, 5, 3))
    assert acted.warned[0] == "PIN: nesprávná hodnota, zbývají 2 pokusy."
    czech.act(ActName.LOG_IN, "pin", {"pin": "99999999"})
    [warning, *_] = czech.form(ActName.LOG_IN, "pin").warnings
    assert "PIN" in warning


def test_codes_stand_in_no_process_list_and_no_answer(trainee: Trainee) -> None:
    acted = trainee.act(ActName.LOG_IN, "pin", {"pin": PIN})
    assert PIN not in acted.model_dump_json()
    assert PIN not in repr(Work(kind="act", language=Language.ENGLISH, act=ActName.LOG_IN, values={"pin": PIN}))


def test_an_unpaired_key_is_deleted_in_expert_mode_once_that_is_confirmed(trainee: Trainee, desk: Desk) -> None:
    desk.make_key("77")
    [container] = [one for area in trainee.look().areas for one in area.containers]
    assert (container.target, container.empty, container.acts) == ("77", True, (ActName.DELETE_KEY,))
    assert trainee.form(ActName.DELETE_KEY, "77").refusal
    form = trainee.form(ActName.DELETE_KEY, "77", expert=True)
    assert form.question is not None
    assert "77" in form.question
    assert trainee.act(ActName.DELETE_KEY, "77", {"pin": PIN}, expert=True).outcome is Outcome.REFUSED
    assert desk.seen.keys
    acted = trainee.act(ActName.DELETE_KEY, "77", {"pin": PIN}, expert=True, confirmed=True)
    assert (acted.outcome, desk.seen.keys) == (Outcome.DONE, [])


def test_what_is_no_certificate_is_told(trainee: Trainee) -> None:
    acted = trainee.act(ActName.IMPORT_CERT, values={"pin": PIN}, file=b"no certificate")
    assert acted.outcome is Outcome.REFUSED
    assert acted.warned

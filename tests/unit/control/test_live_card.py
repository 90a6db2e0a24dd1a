"""Requests of every kind, on a card with a reader and faults."""

from __future__ import annotations

import threading
import time

import pytest
from stuntcard.control.client import send
from stuntcard.control.errors import ControlError
from stuntcard.control.requests import (
    ClearFaultsRequest,
    DoneAnswer,
    FaultsAnswer,
    FaultView,
    InsertRequest,
    ListFaultsRequest,
    PinPadAnswer,
    PinPadRequest,
    Place,
    RemoveRequest,
    Request,
    ResetRequest,
    SetFaultRequest,
    SetStateAnswer,
    SetStateRequest,
    StateAnswer,
    StateRequest,
    TypeRequest,
)
from stuntcard.profile.model import CodeStatus
from stuntcard.readers.pinpad.pad import Prompt
from stuntcard.readers.pinpad.structures import Ends, Entry

from tests.unit.card.cards import PIN, Client
from tests.unit.control.running_cards import Live


def refused(live: Live, request: Request) -> str:
    with pytest.raises(ControlError) as error:
        send(live.running, request, DoneAnswer)
    return str(error.value)


def test_the_card_is_taken_out_and_put_in(live: Live) -> None:
    assert send(live.running, StateRequest(), StateAnswer).place is Place.IN
    assert send(live.running, RemoveRequest(), DoneAnswer).done == "the card is out of the reader"
    assert live.slot_control.slot.card is None
    assert send(live.running, StateRequest(), StateAnswer).place is Place.OUT
    assert send(live.running, RemoveRequest(), DoneAnswer).done == "the card is out of the reader already"
    assert refused(live, ResetRequest()) == "the card is not in the reader; put it in first (insert)"
    assert send(live.running, InsertRequest(), DoneAnswer).done == "the card is in the reader"
    assert live.slot_control.slot.card is live.faulty
    assert send(live.running, InsertRequest(), DoneAnswer).done == "the card is in the reader already"


def test_the_card_is_put_back_after_a_while(live: Live) -> None:
    back = threading.Event()
    live.slot_control.slot.on_change(lambda: back.set() if live.slot_control.slot.card is not None else None)
    assert (
        send(live.running, RemoveRequest(0.01), DoneAnswer).done
        == "the card is out of the reader, and comes back in 0.01 s"
    )
    assert back.wait(60)


def test_an_unplugged_reader_is_plugged_in_with_the_card(live: Live) -> None:
    live.slot_control.unplug()
    assert send(live.running, StateRequest(), StateAnswer).place is Place.UNPLUGGED
    assert send(live.running, InsertRequest(), DoneAnswer).done == "the reader is plugged in again"
    assert live.slot_control.slot.card is live.faulty


def test_a_reset_ends_the_session(live: Live) -> None:
    Client(live.card).verify(PIN)
    assert send(live.running, ResetRequest(), DoneAnswer).done == "the card was reset"
    assert live.card.state.verified == frozenset()
    assert live.slot_control.slot.resets == 1


def test_faults_are_set_listed_and_cleared(live: Live) -> None:
    third = FaultView(1, "ins=2A nth=3 act=status:6F00 when=before", 0, 0)
    slow = FaultView(2, "act=delay:0.001 when=before", 1, 1)
    assert send(live.running, SetFaultRequest("ins=2A nth=3 act=status:6F00"), FaultsAnswer).faults == (third,)
    send(live.running, SetFaultRequest("act=slow:1"), FaultsAnswer)
    live.faulty.transmit(bytes.fromhex("00200001"))
    assert send(live.running, ListFaultsRequest(), FaultsAnswer).faults == (third, slow)
    assert send(live.running, StateRequest(), StateAnswer).faults == (third, slow)
    assert send(live.running, ClearFaultsRequest(1), FaultsAnswer).faults == (slow,)
    assert refused(live, ClearFaultsRequest(1)) == "there is no fault 1; there are: 2"
    assert send(live.running, ClearFaultsRequest(), FaultsAnswer).faults == ()
    assert not live.faults.any


def test_a_fault_that_can_not_be_is_refused(live: Live) -> None:
    assert refused(live, SetFaultRequest("act=explode")).startswith("act=explode can't be understood")
    assert (
        refused(live, SetFaultRequest("code=iok act=tear"))
        == "code=iok: ProID+Q has no such code; there are: pin, puk, qpin"
    )
    assert live.faults.listed() == ()


def test_faults_have_a_bound(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stuntcard.control.live_card.FAULTS_MAX", 2)
    for _ in range(2):
        send(live.running, SetFaultRequest("nth=9 act=tear"), FaultsAnswer)
    assert refused(live, SetFaultRequest("nth=9 act=tear")) == "2 faults are set already; clear some first"


def test_a_state_is_reached_by_the_law_and_its_steps_are_told(live: Live) -> None:
    answer = send(live.running, SetStateRequest(("pin=blocked", "puk=2")), SetStateAnswer)
    assert answer == SetStateAnswer(
        law=("PIN given wrongly, 3 times", "PUK given wrongly, 3 times"), forced=(), given={}, also=()
    )
    codes = live.card.state.codes
    assert (codes["pin"].status, codes["puk"].tries_left) == (CodeStatus.BLOCKED, 2)
    assert live.slot_control.slot.resets == 1, "whoever used the card is told"


def test_keys_are_pressed_at_the_pin_pad(live: Live) -> None:
    live.slot_control.slot.pinpad = live.pinpad
    assert send(live.running, PinPadRequest(), PinPadAnswer).asked is None
    assert refused(live, TypeRequest("1234")) == "the PIN pad asks for nothing now, so that no key was pressed"
    codes: list[str] = []
    entry = Entry(4, 8, Ends.WITH_OK, 30, 30)

    def ask() -> None:
        with live.pinpad.used():
            for prompt in (Prompt.OLD_CODE, Prompt.NEW_CODE):
                codes.append(live.pinpad.enter(prompt, entry, lambda: True))
                time.sleep(0.2)  # a busy machine

    asking = threading.Thread(target=ask)
    asking.start()
    while send(live.running, PinPadRequest(), PinPadAnswer).asked is None:
        pass
    assert send(live.running, TypeRequest("none"), PinPadAnswer).asked == "Enter current PIN"
    assert send(live.running, TypeRequest("1234"), PinPadAnswer).asked == "Enter new PIN"
    assert send(live.running, TypeRequest("2469 correction 8"), PinPadAnswer).asked is None
    asking.join()
    assert codes == ["1234", "2468"]


def test_a_reader_without_a_pin_pad_says_so(live: Live) -> None:
    assert refused(live, TypeRequest("1234")) == "this reader has no PIN pad; start its card with --pinpad"
    live.slot_control.slot.pinpad = live.pinpad
    assert "12a4" not in refused(live, TypeRequest("12a4"))

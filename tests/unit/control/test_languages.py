"""A running card answers in the language of the request: what was done, and why something can't be."""

from __future__ import annotations

import json

import pytest
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.control.errors import ControlError
from stuntcard.control.languages import in_language_of
from stuntcard.control.live_card import LiveCard
from stuntcard.control.requests import (
    ActRequest,
    DoneAnswer,
    InsertRequest,
    PinPadRequest,
    PlugRequest,
    RemoveRequest,
    Request,
    ResetRequest,
    SetStateRequest,
    UnplugRequest,
)
from stuntcard.control.wire import parse_request
from stuntcard.profile.load import load_profile

from tests.unit.control.running_cards import OnlyReader


@pytest.fixture
def live() -> LiveCard:
    return LiveCard(OnlyReader(Card(load_profile("eobcanka"), APPLETS)))


def refusal(live: LiveCard, request: Request) -> str:
    with pytest.raises(ControlError) as refused:
        live.answer(request)
    return in_language_of(request, refused.value)


def test_what_was_done_is_said_in_the_language(live: LiveCard) -> None:
    acted = ActRequest("office", "set-identification", {"dok": "1111", "iok": "2222"}, language="cs")
    for request, said in (
        (RemoveRequest(language="cs"), "karta je mimo čtečku"),
        (RemoveRequest(2.5, language="sl"), "kartica je že zunaj čitalnika; vrne se čez 2.5 s"),
        (InsertRequest(language="cs"), "karta je ve čtečce"),
        (InsertRequest(language="sl"), "kartica je že v čitalniku"),
        (UnplugRequest(language="cs"), "čtečka je odpojená"),
        (UnplugRequest(1, language="sl"), "čitalnik je že odklopljen; znova se priključi čez 1 s"),
        (PlugRequest(language="cs"), "čtečka je znovu připojená"),
        (ResetRequest(language="sl"), "kartica je bila ponastavljena"),
        (acted, "úřad nastaví společně DOK a IOK po ověření totožnosti: hotovo"),
    ):
        assert live.answer(request) == DoneAnswer(said)


def test_what_can_not_be_is_said_in_the_language(live: LiveCard) -> None:
    assert refusal(live, PinPadRequest(language="sl")).startswith("ta čitalnik nima tipkovnice za PIN")
    assert refusal(live, SetStateRequest((), language="cs")).startswith("napište, co má platit, například ")
    assert refusal(live, PinPadRequest(language="de")).startswith("this reader has no PIN pad")
    assert "de" in refusal(live, PlugRequest(language="de"))


def test_every_request_takes_a_language() -> None:
    for name in ("status", "state", "end", "hint"):
        request = parse_request(json.dumps({"request": name, "language": "cs"}).encode())
        assert request.language == "cs"

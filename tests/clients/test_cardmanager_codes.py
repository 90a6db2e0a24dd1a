"""`cardmanager` and what is no story of one card: sessions of it with codes are told in `sessions/`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.profile.load import load_profile
from stuntcard.readers.slot import Slot
from stuntcard.running.pcsc import reader_name

from tests.clients.cardmanager import REFUSED, UNAVAILABLE, CardManager, lasting, nothing_sent
from tests.clients.desk import PIN, PUK, Desk, WatchedCard, desk_before

pytestmark = pytest.mark.own_module


def test_a_value_that_is_no_text_never_reaches_the_card(cardmanager: CardManager) -> None:
    before = lasting(cardmanager.desk.card.content)
    value = "\udcff\udcfe" * 4
    told = cardmanager.refused("change", "puk", lines=(value, "my own 77", "my own 77"))
    assert "no try was spent" in told
    assert value not in told
    assert nothing_sent(cardmanager.desk)
    assert lasting(cardmanager.desk.card.content) == before


def test_the_systems_language_is_spoken(desk: Desk) -> None:
    czech = CardManager(desk, "cs_CZ.UTF-8")
    assert "PIN: nesprávná hodnota, zbývají 2 pokusy." in czech.refused("change", "PIN", lines=(PUK, "1234", "1234"))


def test_no_service_is_told(desk: Desk) -> None:
    gone = CardManager(Desk(desk.watched, desk.folder, desk.folder / "nowhere"))
    assert "service is not running" in gone.refused("show", status=UNAVAILABLE)
    assert "service is not running" in gone.refused("devices", "--json", status=UNAVAILABLE)


def test_a_card_put_in_meanwhile_does_not_get_the_other_ones_codes() -> None:
    first, second = (WatchedCard(Card(load_profile(name), APPLETS)) for name in ("proid-q", "tokenme"))
    slot = Slot(first)
    with desk_before({reader_name(first.card.profile): slot}, first) as desk:
        outcome = CardManager(desk).run_with_pause(
            "change", "pin", pause=lambda: slot.insert(second), lines=(PIN, "my own 7", "my own 7")
        )
        assert outcome.status == REFUSED
        assert "Another card is in the reader" in outcome.told
        assert nothing_sent(desk)
        assert nothing_sent(replace(desk, watched=second))

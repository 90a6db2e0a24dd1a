"""Keys and certificates that `set` puts on a card, as a client would."""

from __future__ import annotations

import pytest
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.view import view
from stuntcard.control.errors import ControlError
from stuntcard.control.requests import SetStateRequest
from stuntcard.control.setting import set_state
from stuntcard.profile.load import load_profile


def new_card(profile: str = "proid-q") -> Card:
    return Card(load_profile(profile), APPLETS)


def keys(card: Card) -> list[tuple[str, bool, str | None]]:
    return [(key.area, key.paired, key.identifier) for key in view(card.profile, card.content).keys]


def test_keys_are_put_on_the_card_before_its_codes_are_brought_to_a_state() -> None:
    card = new_card()
    answer = set_state(card, SetStateRequest(("pin=blocked", "cc=1+1 unpaired", "general=1")))
    assert keys(card) == [("cc", True, "21"), ("cc", False, "22"), ("general", True, "23")]
    assert answer.law == ("cc=1+1 unpaired", "general=1", "PIN given wrongly, 3 times")
    assert card.state.codes["pin"].tries_left == 0


def test_more_are_put_beside_those_that_are_there() -> None:
    card = new_card()
    set_state(card, SetStateRequest(("cc=1",)))
    set_state(card, SetStateRequest(("cc=2",)))
    assert keys(card) == [("cc", True, "21"), ("cc", True, "22")]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (("cc=3",), "cc=3: the area 'cc' has 2 places, and takes no more keys"),
        (("general=0", "cc=1"), "general=0: the area 'general' has 1 keys with a certificate already"),
        (("cc=1", "puk=5", "card=whole", "pin=not_set"), "nothing was changed"),
    ],
)
def test_what_can_not_be_changes_nothing(wanted: tuple[str, ...], says: str) -> None:
    card = new_card()
    set_state(card, SetStateRequest(("general=1",)))
    before = card.content
    with pytest.raises(ControlError, match=says):
        set_state(card, SetStateRequest(wanted))
    assert card.content == before


def test_a_code_that_is_blocked_lets_no_key_in() -> None:
    card = new_card("tokenme")
    set_state(card, SetStateRequest(("pin=blocked",)))
    with pytest.raises(ControlError, match="general=1: the card refuses the key"):
        set_state(card, SetStateRequest(("general=1",)))

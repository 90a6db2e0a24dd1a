"""What a command is about, on the applets that name codes in ways of their own."""

from __future__ import annotations

import pytest
from stuntcard.applets.registry import seen_through
from stuntcard.card.card import Card
from stuntcard.faults.circumstances import circumstances
from stuntcard.faults.rules import Circumstances
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import PIN, QPIN, logged_in, new_card


@pytest.fixture
def card() -> Card:
    return new_card()


def of(card: Card, command: str) -> Circumstances:
    return circumstances(card, bytes.fromhex(command))


@pytest.mark.parametrize("command", ["", "00", "002000"])
def test_a_command_too_short_for_a_header(card: Card, command: str) -> None:
    assert of(card, command) == Circumstances(None, None, None, applet="isoapplet")


def test_a_command_that_can_not_be_parsed_has_its_header(card: Card) -> None:
    assert of(card, "00200001FF00") == Circumstances(0x00, 0x20, 0x0001, applet="isoapplet")


def test_a_part_of_a_chain(card: Card) -> None:
    assert of(card, "1024000101FF").part
    assert not of(card, "0024000101FF").part


def test_the_area_of_the_key_that_is_used_or_would_be_made() -> None:
    client = logged_in(PIN)
    assert of(client.card, "00460000").area == "general"
    assert client.make_key(1) == "9000"
    assert of(client.card, "002A9E9A0101").area is None, "no key is chosen"
    client.environment(0xB6, 0x21, 1)
    assert of(client.card, "002A9E9A0101").area == "general"
    client.environment(0xB6, 0x21, 9)
    assert of(client.card, "002A9E9A0101").area is None, "there is no such key"
    client.verify(QPIN)
    assert of(client.card, "00460000").area == "cc"


def test_a_card_that_shows_one_area_is_about_that_one() -> None:
    card = new_card(seen_through(load_profile("proid-q"), "piv:cc"))
    sign = of(card, "0087119C087C06820081020102")
    assert (sign.applet, sign.area) == ("piv", "cc")
    assert of(card, "0020008008 3132333435363738").codes == {"qpin"}
    assert of(card, "002C008010 38373635343332313132333435363738").codes == {"qpin", "puk"}
    assert of(card, "00CB3FFF035C017E00").area is None

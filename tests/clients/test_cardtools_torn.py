"""The tools' card library when a service, a reader or a card is missing, changed or torn out."""

from __future__ import annotations

import pytest
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.profile.load import load_profile
from stuntcard.readers.slot import Slot

from tests.clients.cardtools_client import CardtoolsClient
from tests.clients.desk import PIN, QPIN, WatchedCard, desk_before
from tests.clients.trouble import Trouble, desk_in_trouble

pytestmark = pytest.mark.own_module


def test_no_card_no_reader_and_several_cards_are_told() -> None:
    cards = [WatchedCard(Card(load_profile(name), APPLETS)) for name in ("proid-q", "tokenme")]
    first, second = map(Slot, cards)
    with (
        desk_before({"First 00 00": first, "Second 00 00": second}, cards[0]) as desk,
        CardtoolsClient(desk.socket) as client,
    ):
        assert client("readers") == ["First 00 00", "Second 00 00"]
        assert client.refused("connect") == "SeveralCardsError"
        assert client("connect", "Second 00 00") == "tokenme"
        assert client.refused("connect", "Third 00 00") == "NoSuchReaderError"
        client("open", "Second 00 00")
        client("log_in", {"pin": PIN})
        client("make_key", "general", "21")
        assert client("open", "First 00 00") == "proid-q"
        assert client("objects") == []
        first.remove()
        assert client("connect") == "tokenme"
        second.remove()
        assert client("readers") == []
        assert client.refused("connect") == "NoCardError"
        first.unplug()
        second.unplug()
        assert client.refused("connect") == "NoReaderError"


def test_a_card_that_was_changed_for_another_is_noticed() -> None:
    with desk_in_trouble("pcsc") as trouble, CardtoolsClient(trouble.desk.socket) as client:
        client("open")
        client("log_in", {"pin": PIN})
        other = WatchedCard(Card(load_profile("tokenme"), APPLETS))
        trouble.slot_control.insert(other)
        assert client.refused("make_key", "general", "21") == "CardGoneError"
        trouble.slot_control.remove()
        assert client.refused("objects") == "CardGoneError"
        assert other.card.content.keys == {}


@pytest.mark.parametrize("commands", [0, 3, 40, 120])
def test_a_card_torn_out_is_told_and_works_when_it_is_back(commands: int) -> None:
    with desk_in_trouble("pcsc") as trouble, CardtoolsClient(trouble.desk.socket) as client:
        client("open")
        client("log_in", {"pin": PIN})
        trouble.set(f"nth={commands + 1} act=remove")
        assert client.refused("make_key", "general", "21") == "CardGoneError"
        trouble.slot_control.insert()
        assert client("keys") == []
        client("make_key", "general", "21")


def test_a_card_torn_out_in_a_command_is_told_to_be_gone_before_the_service_notices(any_trouble: Trouble) -> None:
    with CardtoolsClient(any_trouble.desk.socket) as client:
        any_trouble.set("nth=4 act=remove")
        assert client.refused("connect") == "CardGoneError"
        assert client.refused("connect") == "NoCardError"


def test_a_card_that_is_there_and_mute_is_told_not_to_answer() -> None:
    class MuteCard(WatchedCard):
        def transmit(self, command: bytes) -> bytes:
            return b"" if command[1] == 0xCA else super().transmit(command)

    card = MuteCard(Card(load_profile("proid-q"), APPLETS))
    with desk_before({"Reader 00 00": Slot(card)}, card) as desk, CardtoolsClient(desk.socket) as client:
        assert client.refused("connect") == "CardSilentError"


@pytest.mark.parametrize("commands", [20, 35, 50, 65])
def test_a_deletion_cut_off_is_done_by_doing_it_again(commands: int) -> None:
    with desk_in_trouble("pcsc") as trouble, CardtoolsClient(trouble.desk.socket) as client:
        client("open")
        client("log_in", {"pin": PIN, "qpin": QPIN})
        client("make_key", "cc", "21")
        client("make_key", "cc", "22")
        trouble.set(f"nth={commands + 1} act=remove")
        assert client.refused("delete_key", "21") == "CardGoneError"
        trouble.slot_control.insert()
        assert ["cc", "21", "MADE", False, True] in client.rows("keys")
        client("delete_key", "21")
        assert [row[:2] for row in client.rows("objects")] == [["private-key", "22"], ["public-key", "22"]]

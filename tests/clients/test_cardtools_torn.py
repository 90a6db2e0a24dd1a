"""The tools' card library when a service, a reader or a card is missing, changed or torn out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.profile.load import load_profile
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.slot import Slot
from stuntcard.readers.vpcd import VpcdReader

from tests.clients.cardtools_client import CardtoolsClient
from tests.clients.desk import PIN, QPIN, WatchedCard
from tests.clients.opensc import shared_folder
from tests.clients.private_pcscd import PrivatePcscd

pytestmark = pytest.mark.own_module


def test_no_service_is_told(tmp_path: Path) -> None:
    with CardtoolsClient(tmp_path / "nothing") as client:
        assert client.refused("readers") == "NoServiceError"
        assert client.refused("open") == "NoServiceError"


def test_no_card_no_reader_and_several_cards_are_told() -> None:
    first, second = (Slot(WatchedCard(Card(load_profile(name), APPLETS))) for name in ("proid-q", "tokenme"))
    with shared_folder() as folder:
        socket = folder / "pcsc.sock"
        with PcscServer(socket, {"First 00 00": first, "Second 00 00": second}), CardtoolsClient(socket) as client:
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
    slot = Slot(WatchedCard(Card(load_profile("proid-q"), APPLETS)))
    with reader_of("pcsc", slot) as socket, CardtoolsClient(socket) as client:
        client("open")
        client("log_in", {"pin": PIN})
        other = WatchedCard(Card(load_profile("tokenme"), APPLETS))
        slot.insert(other)
        assert client.refused("make_key", "general", "21") == "CardGoneError"
        slot.remove()
        assert client.refused("objects") == "CardGoneError"
        assert other.card.content.keys == {}


class TornCard(WatchedCard):
    """A card that is torn out at its n-th command from now."""

    def __init__(self, card: Card) -> None:
        super().__init__(card)
        self.slot = Slot(self)
        self.commands_left: int | None = None

    def transmit(self, command: bytes) -> bytes:
        if self.commands_left == 0:
            self.commands_left = None
            self.slot.remove()
        elif self.commands_left is not None:
            self.commands_left -= 1
        return super().transmit(command) if self.slot.card is not None else b""


@pytest.mark.parametrize("commands", [0, 3, 40, 120])
def test_a_card_torn_out_is_told_and_works_when_it_is_back(commands: int) -> None:
    card = TornCard(Card(load_profile("proid-q"), APPLETS))
    with reader_of("pcsc", card.slot) as socket, CardtoolsClient(socket) as client:
        client("open")
        client("log_in", {"pin": PIN})
        card.commands_left = commands
        assert client.refused("make_key", "general", "21") == "CardGoneError"
        card.slot.insert(card)
        assert client("keys") == []
        client("make_key", "general", "21")


@contextmanager
def reader_of(kind: str, slot: Slot) -> Iterator[Path]:
    """The socket of a PC/SC service with a reader: the emulator's own, or pcscd with vsmartcard's."""
    if kind == "pcsc":
        with shared_folder() as folder, PcscServer(folder / "pcsc.sock", {"Reader 00 00": slot}):
            yield folder / "pcsc.sock"
        return
    with PrivatePcscd() as daemon, VpcdReader(slot, port=daemon.port):
        daemon.await_card()
        yield daemon.socket_path


@pytest.mark.parametrize("reader", ["pcsc", pytest.param("vpcd", marks=pytest.mark.pcscd)])
def test_a_card_torn_out_in_a_command_is_told_to_be_gone_before_the_service_notices(reader: str) -> None:
    card = TornCard(Card(load_profile("proid-q"), APPLETS))
    with reader_of(reader, card.slot) as socket, CardtoolsClient(socket) as client:
        card.commands_left = 3
        assert client.refused("connect") == "CardGoneError"
        assert client.refused("connect") == "NoCardError"


def test_a_card_that_is_there_and_mute_is_told_not_to_answer() -> None:
    class MuteCard(WatchedCard):
        def transmit(self, command: bytes) -> bytes:
            return b"" if command[1] == 0xCA else super().transmit(command)

    slot = Slot(MuteCard(Card(load_profile("proid-q"), APPLETS)))
    with reader_of("pcsc", slot) as socket, CardtoolsClient(socket) as client:
        assert client.refused("connect") == "CardSilentError"


@pytest.mark.parametrize("commands", [20, 35, 50, 65])
def test_a_deletion_cut_off_is_done_by_doing_it_again(commands: int) -> None:
    card = TornCard(Card(load_profile("proid-q"), APPLETS))
    with reader_of("pcsc", card.slot) as socket, CardtoolsClient(socket) as client:
        client("open")
        client("log_in", {"pin": PIN, "qpin": QPIN})
        client("make_key", "cc", "21")
        client("make_key", "cc", "22")
        card.commands_left = commands
        assert client.refused("delete_key", "21") == "CardGoneError"
        card.slot.insert(card)
        assert ["cc", "21", "MADE", False, True] in client.rows("keys")
        client("delete_key", "21")
        assert [row[:2] for row in client.rows("objects")] == [["private-key", "22"], ["public-key", "22"]]

"""A desk whose card has faults, as `--fault` gives a card: in the emulator's own reader, or behind a pcscd."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.faults.faulty_card import FaultyCard
from stuntcard.faults.rules import Faults
from stuntcard.faults.text import parse_rule
from stuntcard.iso7816.instructions import Instruction
from stuntcard.profile.load import load_profile
from stuntcard.readers.slot import Slot
from stuntcard.readers.slot_control import SlotControl
from stuntcard.readers.vpcd import VpcdReader
from stuntcard.running.pcsc import reader_name

from tests.clients.desk import Desk, Exchange, WatchedCard, desk_before
from tests.clients.opensc import shared_folder
from tests.clients.private_pcscd import PrivatePcscd

ATTEMPTS = 5


class FaultyWatchedCard(WatchedCard):
    """A card whose exchanges are kept as a client sees them, in front of its faults."""

    def __init__(self, card: Card, faulty: FaultyCard) -> None:
        super().__init__(card)
        self._faulty = faulty

    def power_on(self) -> bytes:
        return self._faulty.power_on()

    def power_off(self) -> None:
        self._faulty.power_off()

    def reset(self) -> bytes:
        return self._faulty.reset()

    def transmit(self, command: bytes) -> bytes:
        answer = self._faulty.transmit(command)
        if len(answer) > 1:
            self.exchanges.append(Exchange(command, answer))
        return answer


class Trouble:
    """A desk whose card has faults."""

    def __init__(self, desk: Desk, faults: Faults, slot_control: SlotControl, await_card: Callable[[], None]) -> None:
        """`await_card` returns once programs see the card."""
        self.desk, self.faults, self.slot_control, self.await_card = desk, faults, slot_control, await_card

    def set(self, rule: str) -> None:
        self.faults.set(parse_rule(rule))

    def struck(self) -> list[int]:
        return [fault.struck for fault in self.faults.listed()]

    def refused_by_the_card(self, *command: str) -> None:
        """Has a program be refused a code by the card, and not because pcscd has only now noticed that it went."""
        asked = len(self.desk.status_words(Instruction.VERIFY))
        for _ in range(ATTEMPTS):
            self.desk.refused(*command)
            if len(self.desk.status_words(Instruction.VERIFY)) > asked:
                return
            self.await_card()
        raise AssertionError(f"the card was never asked by {' '.join(command)}")

    def takes(self, pin: str) -> bool:
        """Whether the card takes this PIN, without spending a try of it: the card is asked itself, in a copy."""
        copy = Card(self.desk.card.profile, APPLETS, self.desk.card.content)
        return copy.transmit(bytes.fromhex("0020000110") + pin.encode().ljust(16, b"\xff")) == b"\x90\x00"


@contextmanager
def desk_in_trouble(reader: str) -> Iterator[Trouble]:
    card, faults, slot_control = Card(load_profile("proid-q"), APPLETS), Faults(), SlotControl(Slot())
    watched = FaultyWatchedCard(card, FaultyCard(card, faults, slot_control))
    slot_control.insert(watched)
    if reader == "pcsc":
        with desk_before({reader_name(card.profile): slot_control.slot}, watched) as desk:
            yield Trouble(desk, faults, slot_control, lambda: None)
        return
    with (
        shared_folder() as folder,
        PrivatePcscd() as daemon,
        VpcdReader(slot_control.slot, port=daemon.port) as vpcd,
    ):

        def await_card() -> None:
            # pcscd may not have noticed yet that the card went; vpcd's new connection says that it has
            while not vpcd.connected:
                time.sleep(0.02)
            daemon.await_card()

        await_card()
        yield Trouble(Desk(watched, folder, daemon.socket_path), faults, slot_control, await_card)

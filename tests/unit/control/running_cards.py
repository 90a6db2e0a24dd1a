"""Cards that run, seen from inside: with their control socket, and with a reader and faults where these matter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.control.client import RunningCard
from stuntcard.control.directory import CONTROL_SOCKET, card_directory
from stuntcard.control.errors import ControlError
from stuntcard.control.live_card import LiveCard
from stuntcard.control.server import ControlServer
from stuntcard.exercises.live import LiveAttempt
from stuntcard.faults.faulty_card import FaultyCard
from stuntcard.faults.rules import Faults
from stuntcard.profile.load import load_profile
from stuntcard.readers.pinpad.pad import PinPad
from stuntcard.readers.slot import Slot
from stuntcard.readers.slot_control import SlotControl


class OnlyReader:
    """A reader with a card, and no other beside it."""

    def __init__(self, card: Card) -> None:
        self.card, self.slot_control, self._faults = card, SlotControl(Slot()), Faults()
        self.faulty = FaultyCard(card, self._faults, self.slot_control)
        self.slot_control.insert(self.faulty)

    def faults(self) -> Faults:
        return self._faults

    def exchange(self, source: str) -> None:
        raise ControlError(f"there is no {source}")

    def move_to(self, name: str) -> None:
        raise ControlError(f"there is no {name}")


@contextmanager
def answering(card: Card, attempt: LiveAttempt | None = None) -> Iterator[Path]:
    """The control socket of a card, with which somebody may be at an exercise."""
    with (
        card_directory(card.profile.id) as directory,
        ControlServer(directory / CONTROL_SOCKET, lambda: LiveCard(OnlyReader(card), attempt)),
    ):
        yield directory / CONTROL_SOCKET


class Live:
    """A card in a reader that it can be taken out of."""

    def __init__(self, profile: str, directory: Path) -> None:
        self.reader = OnlyReader(Card(load_profile(profile), APPLETS))
        self.card, self.slot_control, self.faults = self.reader.card, self.reader.slot_control, self.reader.faults()
        self.faulty = self.reader.faulty
        self.pinpad = PinPad()
        self.running = RunningCard(directory, {})
        self.path = directory / CONTROL_SOCKET


@contextmanager
def running_card(profile: str = "proid-q") -> Iterator[Live]:
    """A card that runs, with all that belongs to it."""
    with card_directory(profile) as directory:
        live = Live(profile, directory)
        asked = LiveCard(live.reader)
        with ControlServer(live.path, lambda: asked):
            yield live

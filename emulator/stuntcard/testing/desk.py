"""Several readers before the same programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stuntcard.running.pcsc import SOCKET_VARIABLE
from stuntcard.running.plan import ReaderPlan
from stuntcard.testing.card import EmulatedCard, Fault


@dataclass(frozen=True, slots=True)
class CardOnDesk:
    """A card for a desk, with more than its name: a profile's id, its file's path, or `card:NAME`; or a scenario."""

    card: str | None = None
    name: str | None = None
    scenario: str | None = None
    faults: Sequence[Fault] = ()
    applet: str | None = None
    serial: str | None = None
    pinpad: bool = False
    """Whether the reader has a PIN pad."""
    keys: Sequence[str] = ()
    """What is typed there by itself, one for each time that it asks; then somebody types (`EmulatedCard.type`)."""

    def plan(self) -> ReaderPlan:
        """What is made of it."""
        return ReaderPlan(
            self.card, self.name, self.name is not None, self.scenario, self.applet, self.serial, tuple(self.faults),
            pinpad=self.pinpad or bool(self.keys), keys=tuple(self.keys) or None,
        )  # fmt: skip


class EmulatedDesk(Mapping[str, EmulatedCard]):
    """Several readers before the same programs, each with a card or empty: by name, or `cards` in their order."""

    def __init__(self, cards: Sequence[EmulatedCard], socket: Path) -> None:
        self.cards = tuple(cards)
        self.socket = socket
        """The PC/SC socket that all readers are behind."""

    @property
    def reader_env(self) -> dict[str, str]:
        """What a program's environment needs, for it to see these readers and no others."""
        return {SOCKET_VARIABLE: str(self.socket)}

    def __getitem__(self, name: str) -> EmulatedCard:
        for card in self.cards:
            if card.name == name:
                return card
        raise KeyError(name)

    def move(self, card: str, reader: str) -> None:
        """Puts the card of one reader, as it is, into another; one that was taken out of that comes to the first.

        Its values, trace and outcomes are with the other reader's name then. Raises ControlError where there is no
        card, or one lies in the other reader.
        """
        self[card].give_to(self[reader])

    def __iter__(self) -> Iterator[str]:
        return (card.name for card in self.cards)

    def __len__(self) -> int:
        return len(self.cards)

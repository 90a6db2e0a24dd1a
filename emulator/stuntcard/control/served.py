"""A reader that other programs ask about, as what answers them sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from stuntcard.card.card import Card
    from stuntcard.faults.rules import Faults
    from stuntcard.readers.slot_control import SlotControl


class ServedReader(Protocol):
    """A reader with the card that lies in it now, or was taken out of it last."""

    @property
    def card(self) -> Card | None:
        """The card; None for a reader that has none."""

    @property
    def slot_control(self) -> SlotControl:
        """What moves the card and the reader."""

    def faults(self) -> Faults | None:
        """What may strike the card; None where there is none."""

    def exchange(self, source: str) -> None:
        """Puts another card in, for the one that is there. Raises ControlError where there is no such card."""

    def move_to(self, name: str) -> None:
        """Puts the card, as it is, into the reader of that name. Raises ControlError where that can't take it."""

"""Puts a card into its reader and takes it out, and plugs and unplugs the reader, at once or later."""

from __future__ import annotations

import threading
from collections.abc import Callable

from stuntcard.readers.slot import CardInterface, Slot


class SlotControl:
    """Moves one card and one reader, at once, or back after a while. Safe to use from several threads.

    Whatever is done to the card takes the place of what was still to be done to it; so with the reader.
    """

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        # Taken while the slot changes, too: the card never waits for it, but in the thread that has it.
        self._lock = threading.RLock()
        self._card: CardInterface | None = None
        self._card_in = False
        self._later_card: threading.Timer | None = None
        self._later_reader: threading.Timer | None = None

    @property
    def card_in(self) -> bool:
        """Whether the card lies in the reader, be that plugged in or not."""
        return self._card_in

    def insert(self, card: CardInterface | None = None) -> bool:
        """Puts this card in, or the one last put in. Gives False when it lies there already, or there is none."""
        with self._lock:
            self._cancel_card()
            card = card or self._card
            if card is None or (self._card_in and card is self._card):
                return False
            self._card, self._card_in = card, True
            self.slot.insert(card)
            return True

    def remove(self, back_after: float | None = None) -> bool:
        """Takes the card out, for so many seconds or until somebody puts it in. Gives False when it is out already."""
        with self._lock:
            self._cancel_card()
            was_in, self._card_in = self._card_in, False
            self.slot.remove()
            if back_after is not None:
                self._later_card = _later(back_after, self.insert)
            return was_in

    def give_up(self, other: CardInterface | None = None) -> None:
        """Takes the card out for good; what `insert` puts in from now on is the other one, if anything."""
        with self._lock:
            self.remove()
            self._card = other

    def reset(self) -> None:
        """Has the card start anew where it lies, as after a moment without power; clients are told."""
        with self._lock:
            self.slot.reset()

    def unplug(self, back_after: float | None = None) -> None:
        """The reader goes, for so many seconds or until `plug`."""
        with self._lock:
            self._cancel_reader()
            self.slot.unplug()
            if back_after is not None:
                self._later_reader = _later(back_after, self.plug)

    def plug(self) -> None:
        """The reader is there again."""
        with self._lock:
            self._cancel_reader()
            self.slot.plug()

    def rest(self) -> None:
        """Nothing more will be put back later."""
        with self._lock:
            self._cancel_card()
            self._cancel_reader()

    def _cancel_card(self) -> None:
        if self._later_card is not None:
            self._later_card.cancel()
            self._later_card = None

    def _cancel_reader(self) -> None:
        if self._later_reader is not None:
            self._later_reader.cancel()
            self._later_reader = None


def _later(seconds: float, act: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer

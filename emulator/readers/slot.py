"""The place in a reader where a card lies, and what every reader asks of a card."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol


class CardInterface(Protocol):
    """What a reader knows of a card: power, reset, ATR, and bytes in and out."""

    @property
    def atr(self) -> bytes:
        """The answer to reset, in full."""

    def power_on(self) -> bytes:
        """Cold reset; gives the ATR."""

    def power_off(self) -> None:
        """Take the power away; the card forgets all that it does not store."""

    def reset(self) -> bytes:
        """Warm reset; gives the ATR."""

    def transmit(self, command: bytes) -> bytes:
        """Answer one command APDU: data and status word; empty when the card is mute. Never raises."""


class Slot:
    """Holds one card or none, and tells whoever listens when that changes. Safe to use from several threads."""

    def __init__(self, card: CardInterface | None = None) -> None:
        self._lock = threading.Lock()
        self._moving = threading.RLock()
        self._card = card
        self._listeners: list[Callable[[], None]] = []

    @property
    def card(self) -> CardInterface | None:
        """The card that lies here now."""
        return self._card

    def insert(self, card: CardInterface) -> None:
        """Put a card in; one that lay here before is taken out first."""
        with self._moving:
            self.remove()
            self._set(card)

    def remove(self) -> None:
        """Take the card out, which cuts its power."""
        with self._moving:
            card = self._card
            if card is not None:
                self._set(None)
                card.power_off()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have `listener` called, from the thread that inserts or removes, after every change."""
        with self._lock:
            self._listeners.append(listener)

    def _set(self, card: CardInterface | None) -> None:
        with self._lock:
            self._card = card
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

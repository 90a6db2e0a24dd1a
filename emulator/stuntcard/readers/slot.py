"""The place in a reader where a card lies, and what every reader asks of a card."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from stuntcard.readers.pinpad.pad import PinPad


class CardInterface(Protocol):
    """What a reader knows of a card: power, reset, ATR, protocol, and bytes in and out."""

    @property
    def atr(self) -> bytes:
        """The answer to reset, in full."""

    def power_on(self) -> bytes:
        """Cold reset; gives the ATR."""

    def power_off(self) -> None:
        """Take the power away; the card forgets all that it does not store."""

    def reset(self) -> bytes:
        """Warm reset; gives the ATR."""

    def choose_protocol(self, number: int) -> None:
        """Speak protocol T=`number`, one of those that the ATR offers, until the next reset (ISO 7816-3, 9: PPS)."""

    def transmit(self, command: bytes) -> bytes:
        """Answer one command APDU: data and status word; empty when the card is mute. Never raises."""


class Slot:
    """Holds one card or none, and tells whoever listens when that changes. Safe to use from several threads.

    The reader that it belongs to may be unplugged from the computer; then nobody can reach what lies in it.
    """

    def __init__(self, card: CardInterface | None = None, *, pinpad: PinPad | None = None) -> None:
        """`pinpad`: the keys and the display of the reader, if it has any."""
        self.pinpad = pinpad
        self._lock = threading.Lock()
        self._moving = threading.RLock()
        self._card = card
        self._plugged = True
        self._resets = 0
        self._listeners: list[Callable[[], None]] = []
        self.idle_limit: float | None = None
        """Set by a card during a command: an open transaction that is idle for so many seconds afterwards is ended."""
        self.leave_service: Callable[[float], None] = lambda _: None
        """Has the service through which clients reach this slot end, and begin again after so many seconds."""

    @property
    def card(self) -> CardInterface | None:
        """The card that lies here now and can be reached."""
        return self._card if self._plugged else None

    @property
    def plugged(self) -> bool:
        """Whether the reader is there at all."""
        return self._plugged

    @property
    def resets(self) -> int:
        """How often a card started anew here without a reader's asking."""
        return self._resets

    def insert(self, card: CardInterface) -> None:
        """Put a card in; one that lay here before is taken out first."""
        with self._moving:
            self.remove()
            self._card = card
            self._tell()

    def remove(self) -> None:
        """Take the card out, which cuts its power."""
        with self._moving:
            card, self._card = self._card, None
            if card is not None:
                self._tell()
                card.power_off()

    def reset(self) -> None:
        """Have the card start anew, as after a moment without power; listeners hear of it before it does."""
        with self._moving:
            self._resets += 1
            self._tell()
            if self._card is not None:
                self._card.reset()

    def unplug(self) -> None:
        """The reader goes, with what lies in it, which loses its power."""
        with self._moving:
            if self._plugged:
                self._plugged = False
                self._tell()
                if self._card is not None:
                    self._card.power_off()

    def plug(self) -> None:
        """The reader is there again."""
        with self._moving:
            if not self._plugged:
                self._plugged = True
                self._tell()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have `listener` called after every change, from the thread that makes it."""
        with self._lock:
            self._listeners.append(listener)

    def _tell(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

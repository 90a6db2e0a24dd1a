"""The power of the card in one reader: when it is given, taken, and given anew."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum, auto

from stuntcard.readers.pcsc.contacts import Contacts
from stuntcard.readers.pcsc.messages import Code, Protocol, ShareMode
from stuntcard.readers.pcsc.sharing import Sharing
from stuntcard.readers.slot import CardInterface

GRACE_PERIOD = 5.0
"""Seconds that an unused card keeps its power at least (pcsc-lite, src/pcscd.h, PCSCLITE_POWER_OFF_GRACE_PERIOD)."""

Later = Callable[[float, Callable[[], None]], None]
"""Has something done after so many seconds, in another thread."""

_NUMBERS = {Protocol.T0: 0, Protocol.T1: 1}


def later(seconds: float, act: Callable[[], None]) -> None:
    """By the clock, unless the program ends before."""
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


class _Use(Enum):
    """Whether anybody needs the card's power (pcsc-lite, src/pcscd.h, POWER_STATE)."""

    IN_USE = auto()
    GRACE = auto()
    """Nobody does, but somebody did since the alarm was last set."""
    UNUSED = auto()


class Power:
    """Gives power to the card with the first connection, and takes it some seconds after the last client has gone.

    `exchange` is held while the card is spoken to, `lock` guards `contacts` and `sharing`: see `Reader`.
    """

    def __init__(self, lock: threading.Lock, contacts: Contacts, sharing: Sharing, later: Later) -> None:
        self.exchange = threading.Lock()
        self._lock = lock
        self._contacts = contacts
        self._sharing = sharing
        self._later = later
        self._use = _Use.IN_USE
        self._alarm_set = False

    def up(self) -> Code:
        """For a new connection: the card has power, or why not."""
        with self._lock:
            if self._contacts.card is None:
                return Code.NO_SMARTCARD
            self._use = _Use.IN_USE
            if self._contacts.powered:  # and perhaps busy with a command; no need to wait for its end
                return Code.SUCCESS
        with self.exchange:
            card = self._contacts.card
            if card is None:
                return Code.NO_SMARTCARD
            if self._contacts.powered:
                return Code.SUCCESS
            if self._contacts.left_unpowered:
                return Code.UNPOWERED_CARD
            code = self._note_atr(card, card.power_on())
        return {Code.REMOVED_CARD: Code.NO_SMARTCARD, Code.NOT_TRANSACTED: Code.UNPOWERED_CARD}.get(code, code)

    def up_again(self, share: int) -> Code:
        """For a client that takes the card as it is: one that a client unpowered stays so."""
        if self._contacts.card is None:
            return Code.NO_SMARTCARD
        if self._contacts.mute:
            return Code.UNRESPONSIVE_CARD
        return Code.SUCCESS if share == ShareMode.DIRECT or self._contacts.unpowered else self.up()

    def leave_as_it_is(self) -> None:
        """A client holds the card on; if that has no power, those that connect later give it none."""
        with self._lock:
            self._use = _Use.IN_USE
            self._contacts.left_unpowered = self._contacts.unpowered

    def down(self) -> None:
        """By a client's wish; every holder is told."""
        with self.exchange:
            card = self._contacts.card
            with self._lock:
                self._sharing.tell(Code.RESET_CARD)
                self._contacts.protocol = Protocol.UNDEFINED
                if card is None:
                    return
                was_powered = self._contacts.powered
                self._contacts.deactivate()
            if was_powered:
                card.power_off()

    def restart(self, cold: bool) -> Code:
        """Reset the card and let every holder know, the caller included."""
        with self.exchange:
            card = self._contacts.card
            with self._lock:
                self._sharing.tell(Code.RESET_CARD)
                self._contacts.protocol = Protocol.UNDEFINED
            if card is None:
                return Code.REMOVED_CARD
            if not self._contacts.powered:
                return self._note_atr(card, card.power_on())
            if not cold:
                return self._note_atr(card, card.reset())
            card.power_off()
            return self._note_atr(card, card.power_on())

    def agree_on_protocol(self, share: int, preferred: int) -> Code:
        """Settles the protocol for a connection; a card hears of a new one before its next command."""
        with self._lock:
            if self._contacts.protocol != Protocol.UNDEFINED:
                return self._contacts.choose_protocol(share, preferred)
        with self.exchange:
            with self._lock:
                code = self._contacts.choose_protocol(share, preferred)
                number = _NUMBERS.get(Protocol(self._contacts.protocol))
                card = self._contacts.card if self._contacts.powered else None
            if card is not None and number is not None:
                card.choose_protocol(number)
        return code

    def used(self, holders: int) -> None:
        """How many hold the card now: without any, it loses its power after a while, unless a client comes."""
        with self._lock:
            if holders or not (self._contacts.powered or self._contacts.left_unpowered):
                return
            # One alarm goes on while clients come and go, so that a connection costs no thread.
            alarm_set, self._alarm_set = self._alarm_set, True
            self._use = _Use.GRACE if alarm_set else _Use.UNUSED
        if not alarm_set:
            self._later(GRACE_PERIOD, self._on_alarm)

    def cut(self) -> None:
        """At once, as when the reader is pulled from the computer."""
        self._rest(lambda: True)

    def _on_alarm(self) -> None:
        with self._lock:
            again = self._alarm_set = self._use is _Use.GRACE
            if again:
                self._use = _Use.UNUSED
        if again:
            self._later(GRACE_PERIOD, self._on_alarm)
        else:
            self._rest(lambda: self._use is _Use.UNUSED)

    def _rest(self, still: Callable[[], bool]) -> None:
        with self.exchange:
            with self._lock:
                if not still():
                    return
                card, was_powered = self._contacts.card, self._contacts.powered
                self._contacts.rest()
            if card is not None and was_powered:
                card.power_off()

    def _note_atr(self, card: CardInterface, atr: bytes) -> Code:
        with self._lock:
            removed = self._contacts.card is not card
            if not removed:
                self._contacts.activate(atr)
        if removed:
            card.power_off()  # taken out while it was started: the slot had cut its power too early
            return Code.REMOVED_CARD
        return Code.SUCCESS if atr else Code.NOT_TRANSACTED

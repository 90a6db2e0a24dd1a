"""Stands before a card in its reader, and puts faults between when somebody first asks for them.

Most cards meet no fault, and start faster without what knows of them.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from stuntcard.card.card import Card
from stuntcard.readers.slot import CardInterface
from stuntcard.readers.slot_control import SlotControl

if TYPE_CHECKING:
    from stuntcard.faults.faulty_card import FaultyCard
    from stuntcard.faults.rules import ArmedFault, Faults, Rule


class FaultInjector:
    """Passes everything on to the card, through its faults once there may be some."""

    def __init__(self, card: Card, slot_control: SlotControl, rules: Sequence[Rule] = ()) -> None:
        """`rules` strike from the start; `slot_control` is what faults move the card and the reader with."""
        self._card = card
        self._slot_control = slot_control
        self._lock = threading.Lock()
        self._beneath: CardInterface = card
        self._faults: Faults | None = None
        self._faulty: FaultyCard | None = None
        if rules:
            self._make_faults(rules)

    def faults(self) -> Faults:
        """What may strike this card."""
        with self._lock:
            return self._faults if self._faults is not None else self._make_faults(())

    def faults_set(self) -> tuple[ArmedFault, ...]:
        """Those that are set, as they stand now."""
        with self._lock:
            return self._faults.listed() if self._faults is not None else ()

    def struck(self, *, by_reset: bool) -> tuple[int, ...]:
        """The numbers of the rules that struck the last command, or the last answer to power or a reset."""
        return self._faulty.struck(by_reset=by_reset) if self._faulty is not None else ()

    def lie_in(self, slot_control: SlotControl) -> None:
        """The card lies in another reader from now on, which its faults move it out of."""
        with self._lock:
            self._slot_control = slot_control
            if self._faulty is not None:
                self._faulty.lie_in(slot_control)

    def let_go(self) -> None:
        """Ends what a fault keeps waiting, or would put back later."""
        self._slot_control.rest()
        if self._faults is not None and self._faulty is not None:
            self._faults.clear()
            self._faulty.let_go()

    def _make_faults(self, rules: Sequence[Rule]) -> Faults:
        from stuntcard.faults.faulty_card import FaultyCard
        from stuntcard.faults.rules import Faults

        self._faults = Faults(*rules)
        self._beneath = self._faulty = FaultyCard(self._card, self._faults, self._slot_control)
        return self._faults

    # What a reader asks

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        return self._beneath.atr

    def power_on(self) -> bytes:
        """Cold reset; gives the ATR."""
        return self._beneath.power_on()

    def power_off(self) -> None:
        """Take the power away."""
        self._beneath.power_off()

    def reset(self) -> bytes:
        """Warm reset; gives the ATR."""
        return self._beneath.reset()

    def choose_protocol(self, number: int) -> None:
        """Speak T=`number` until the next reset."""
        self._beneath.choose_protocol(number)

    def transmit(self, command: bytes) -> bytes:
        """Answer one command APDU."""
        return self._beneath.transmit(command)

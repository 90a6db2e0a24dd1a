"""A card whose faults strike: it stands between the reader (or what records there) and the card itself."""

from __future__ import annotations

import threading

from stuntcard.card.card import Card
from stuntcard.faults.circumstances import circumstances
from stuntcard.faults.rules import (
    AnswerToReset,
    Corrupt,
    Cut,
    Delay,
    EndIdleTransaction,
    Faults,
    LeaveService,
    NoAnswer,
    Remove,
    ReplaceStatus,
    Strike,
    Tear,
    Unplug,
    When,
    corrupted,
)
from stuntcard.readers.slot_control import SlotControl

_MUTE = b""


class FaultyCard:
    """Passes everything on to a card, but for commands that a fault strikes.

    Of several rules that strike the same command, all delays count, and of the others the first one set.
    """

    def __init__(self, card: Card, faults: Faults, slot_control: SlotControl) -> None:
        """`slot_control` is what takes this card out of its reader, and the reader from the computer."""
        self._card = card
        self._faults = faults
        self._slot_control = slot_control
        self._power_changed = threading.Event()
        # Two, because a command that tears the card has it reset meanwhile.
        self._struck_command: tuple[int, ...] = ()
        self._struck_reset: tuple[int, ...] = ()

    def lie_in(self, slot_control: SlotControl) -> None:
        """The card lies in another reader from now on."""
        self._slot_control = slot_control

    def struck(self, *, by_reset: bool) -> tuple[int, ...]:
        """The numbers of the rules that struck the last command, or the last answer to power or a reset."""
        return self._struck_reset if by_reset else self._struck_command

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        return self._card.atr

    def power_on(self) -> bytes:
        """Cold reset; gives the ATR."""
        self._power_changed.set()
        return self._answered_to_reset(self._card.power_on())

    def power_off(self) -> None:
        """Take the power away; a command that a fault delays is not carried out any more."""
        self._power_changed.set()
        self._card.power_off()

    def reset(self) -> bytes:
        """Warm reset; gives the ATR."""
        self._power_changed.set()
        return self._answered_to_reset(self._card.reset())

    def choose_protocol(self, number: int) -> None:
        """Speak T=`number` until the next reset."""
        self._card.choose_protocol(number)

    def let_go(self) -> None:
        """Ends whatever a fault keeps waiting, so that the reader can be stopped."""
        self._power_changed.set()

    def transmit(self, command: bytes) -> bytes:
        """The card's answer to a command, or what a fault makes of it; empty when none comes."""
        self._struck_command = ()
        if not self._faults.any:
            return self._card.transmit(command)
        self._power_changed.clear()
        strikes = self._faults.strikes(circumstances(self._card, command))
        self._struck_command = tuple(one.number for one in strikes)
        return self._struck(command, strikes) if strikes else self._card.transmit(command)

    def _answered_to_reset(self, atr: bytes) -> bytes:
        strikes = self._faults.strikes(None) if self._faults.any else ()
        self._struck_reset = tuple(one.number for one in strikes)
        return next((one.effect.atr for one in strikes if isinstance(one.effect, AnswerToReset)), atr)

    def _struck(self, command: bytes, strikes: tuple[Strike, ...]) -> bytes:
        late = dict.fromkeys(When, 0.0)
        others: list[Strike] = []
        for strike in strikes:
            if isinstance(strike.effect, Delay):
                late[strike.effect.when] += strike.effect.seconds
            else:
                others.append(strike)
        if not self._wait(late[When.BEFORE]):
            return _MUTE
        answer = self._strike(command, others[0]) if others else self._card.transmit(command)
        return answer if self._wait(late[When.AFTER]) else _MUTE

    def _strike(self, command: bytes, strike: Strike) -> bytes:
        match strike.effect:
            case ReplaceStatus(status_word, keep_data=True):
                return self._card.transmit(command)[:-2] + status_word.to_bytes(2)
            case ReplaceStatus(status_word, when):
                self._carry_out(command, when)
                return status_word.to_bytes(2)
            case NoAnswer(seconds, when):
                self._carry_out(command, when)
                self._wait(seconds)
            case Corrupt(bits):
                return corrupted(self._card.transmit(command), bits, strike.seed)
            case Cut(length):
                return self._card.transmit(command)[:length]
            case Remove(back_after, when):
                self._carry_out(command, when)
                self._slot_control.remove(back_after)
            case Unplug(back_after, when):
                self._carry_out(command, when)
                self._slot_control.unplug(back_after)
            case LeaveService(back_after, when):
                self._carry_out(command, when)
                self._slot_control.slot.leave_service(back_after)
            case EndIdleTransaction(seconds):
                self._slot_control.slot.idle_limit = seconds
                return self._card.transmit(command)
            case Tear(when):
                if when is When.BEFORE:
                    self._card.lose_power()
                else:
                    self._card.transmit(command)
                    self._card.reset()
                self._slot_control.reset()
            case Delay() | AnswerToReset():
                pass  # counted before
        return _MUTE

    def _carry_out(self, command: bytes, when: When) -> None:
        """Has the command take effect if it shall; its answer gets lost in any case."""
        if when is When.AFTER:
            self._card.transmit(command)
        self._card.miss_command()

    def _wait(self, seconds: float) -> bool:
        """False when the card's power went meanwhile, and with it whatever was under way."""
        return not (seconds and self._power_changed.wait(seconds))

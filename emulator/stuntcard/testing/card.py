"""One card in a test, or a reader that is empty as yet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stuntcard.card.card import Card
from stuntcard.card.view import view
from stuntcard.control.actors import perform
from stuntcard.control.errors import ControlError
from stuntcard.control.requests import ActRequest, SetStateRequest
from stuntcard.faults.rules import ArmedFault, Faults, Rule, check_names
from stuntcard.messages import Messages
from stuntcard.profile.model import Language, Profile
from stuntcard.readers.pinpad.pad import PinPad, parse_keys
from stuntcard.running.choices import RunOptions
from stuntcard.running.desk import DeskReader
from stuntcard.running.making import ReaderOnDesk
from stuntcard.running.pcsc import SOCKET_VARIABLE
from stuntcard.running.placing import code_names
from stuntcard.scenario.expectations import Outcome, outcomes
from stuntcard.scenario.model import fault_rule
from stuntcard.testing.session import Session, Trace
from stuntcard.testing.state import CardState, state_of
from stuntcard.trace.events import TraceHeader
from stuntcard.words.faults import struck_line

_LAST = 12
"""So many commands are in a report."""
Fault = str | Mapping[str, str | int | float]
"""A rule for a fault: "ins=2A nth=3 act=status:6F00", or the same as a mapping."""


class EmulatedCard:
    """A card in a reader of its own, or a reader that is empty as yet."""

    def __init__(self, reader: DeskReader, socket: Path, session: Session, made: ReaderOnDesk) -> None:
        self.name = reader.name
        """What it is called on its desk."""
        self.socket = socket
        """The PC/SC socket that its reader is behind."""
        self.values: dict[str, str] = dict(made.scenario.built.values) if made.scenario else values_of(made.card)
        """The values that its codes had at first, by id; what nobody knows is not there."""
        self._reader = reader
        self._session = session
        self._scenario = made.scenario.named if made.scenario is not None else None

    @property
    def _card(self) -> Card:
        if self._reader.card is None:
            raise ControlError(f"the reader '{self.name}' has no card; put one in: insert('proid-q')")
        return self._reader.card

    @property
    def reader_env(self) -> dict[str, str]:
        """What a program's environment needs, for it to see this card and no other.

        libpcsclite reads it once in a process's life; so the program under test has to be a process of its own.
        """
        return {SOCKET_VARIABLE: str(self.socket)}

    @property
    def state(self) -> CardState:
        """The card as it stands now: `state.codes.pin.tries_left`, `state.areas.cc.used`."""
        return state_of(self._card)

    @property
    def trace(self) -> Trace:
        """The commands that programs have sent, and the card's answers, up to now.

        `trace(path)` writes them to a file, codes and keys masked, for `stuntcard trace show` and its like.
        """
        return Trace(self._session.exchanges.exchanges, self._write_trace)

    def _write_trace(self, file: Path) -> None:
        self._session.write(self._header, file)

    @property
    def _header(self) -> TraceHeader:
        card = self._card
        return TraceHeader(card.profile.id, card.atr, self._session.started, codes=code_names(card.profile))

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What came of the scenario's expectations up to now; nothing for a fresh card."""
        if self._scenario is None:
            return ()
        seen = view(self._card.profile, self._card.content)
        expect, exchanges = self._scenario.scenario.expect, self._session.exchanges.exchanges
        return outcomes(expect, self._card.profile, seen, exchanges, Messages(Language.ENGLISH))

    def remove(self, back_after: float | None = None) -> None:
        """Takes the card out of the reader, for so many seconds or until `insert`."""
        self._reader.slot_control.remove(back_after)

    def insert(self, card: str | None = None) -> None:
        """Puts the card into the reader again, or another one: a profile for a fresh one, or `card:NAME`.

        Raises ControlError when there is no such card.
        """
        if card is None:
            self._reader.slot_control.insert()
            return
        self._reader.exchange(card, RunOptions(recorder=self._session))
        self.values, self._scenario = values_of(self._card), None

    def give_to(self, other: EmulatedCard) -> None:
        """Puts the card into another reader of the same desk; see `EmulatedDesk.move`."""
        self._reader.move_to(other.name)
        self.values, other.values = other.values, self.values
        self._scenario, other._scenario = other._scenario, self._scenario
        self._session, other._session = other._session, self._session

    def unplug(self, back_after: float | None = None) -> None:
        """Pulls the reader's plug, for so many seconds or until `plug`."""
        self._reader.slot_control.unplug(back_after)

    def plug(self) -> None:
        """Plugs the reader in again."""
        self._reader.slot_control.plug()

    @property
    def asked(self) -> str | None:
        """What the display of the reader's PIN pad asks for now. Raises ControlError for a reader without one."""
        return self._pinpad.asked

    def type(self, keys: str, within: float = 60) -> None:
        """Types at the reader's PIN pad once it asks, in so many seconds: digits, `cancel`; OK follows by itself.

        Raises ControlError when it asks for nothing, or for a reader without one, and KeysError.
        """
        pressed = parse_keys(keys)
        if self._pinpad.awaited(within) is None or not self._pinpad.press(pressed):
            raise ControlError(f"the PIN pad asked for nothing within {within:g} s; a program that uses it comes first")

    @property
    def _pinpad(self) -> PinPad:
        pad = self._reader.slot_control.slot.pinpad
        if pad is None:
            raise ControlError(f"the reader '{self.name}' has no PIN pad; give it one: pinpad=True")
        return pad

    def reset(self) -> None:
        """Has the card start anew where it lies; programs that use it are told."""
        self._reader.slot_control.reset()

    def fault(self, rule: Fault) -> int:
        """Sets a fault, from now on; gives its number. Raises FaultError for one that makes no sense."""
        return self._faults.set(checked(rule, self._card.profile))

    @property
    def faults(self) -> tuple[ArmedFault, ...]:
        """The faults that are set now, each with how many commands it matched, and how many of them it struck."""
        return self._reader.faults_set()

    def set(self, *wanted: str, force: bool = False) -> None:
        """Brings codes and parts to a state, as their holder would: `set("pin=blocked", "puk=2")`; see `stuntcard set`.

        Raises ControlError where nothing that anybody can do brings the card there, and it is not forced.
        """
        self._reader.live.answer(SetStateRequest(wanted, force))

    def __repr__(self) -> str:
        return f"<{self._standing}>"

    @property
    def _standing(self) -> str:
        if self._reader.card is None:
            return f"{self.name}: no card"
        seen = self.state
        codes = ", ".join(f"{code.name} {code.state} ({code.tries_left} left)" for code in seen.codes.values())
        return f"{self.name}: {self._reader.about}, {seen.life_cycle}: {codes}"

    @property
    def report(self) -> str:
        """How the card stands, its faults, and the last commands, for whoever looks for what went wrong; no secrets."""
        lines = [self._standing]
        if self._reader.card is not None:
            lines += [f"  {struck_line(fault)}" for fault in self.faults]
            lines += [f"  NOT MET: {one.expected}; found: {one.found}" for one in self.outcomes if not one.met]
            lines += [f"  {line}" for line in self._session.story(self._header, _LAST)]
            if not self._session.exchanges.exchanges:
                lines.append("  No program has spoken to this card; was it given the card's reader_env?")
        return "\n".join(lines)

    def clear_faults(self, number: int | None = None) -> None:
        """Clears one fault, or all. Raises FaultError when there is none of that number."""
        self._faults.clear(number)

    @property
    def _faults(self) -> Faults:
        faults = self._reader.faults()
        if faults is None:
            raise ControlError(f"the reader '{self.name}' has no card that faults could strike")
        return faults

    def act(self, actor: str, act: str, values: Mapping[str, str] | None = None) -> str:
        """Has somebody off the card act on it; gives what was done. Raises ActRefusedError when it can't be."""
        return perform(self._card, ActRequest(actor, act, dict(values or {})))


def values_of(card: Card | None) -> dict[str, str]:
    """The values of a card's codes, by id."""
    return {name: value.decode() for name, value in card.content.values.items()} if card is not None else {}


def checked(fault: Fault, profile: Profile) -> Rule:
    """The rule, which is one for a card of the profile. Raises FaultError."""
    rule = fault_rule(fault)
    check_names(rule, profile)
    return rule

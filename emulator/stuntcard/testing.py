"""Emulated cards for tests of one's own programs. The pytest fixture `stuntcard` gives a `Stuntcard`.

def test_login(stuntcard: Stuntcard) -> None:
    card = stuntcard("proid-q", scenario="puk-last-try")
    subprocess.run(["my-program"], env={**os.environ, **card.reader_env}, check=True)
    assert card.state.codes.puk.tries_left == 1


def test_which_card(stuntcard: Stuntcard) -> None:
    desk = stuntcard.desk("anna=proid-q", "tokenme", "empty")
    subprocess.run(["my-program"], env={**os.environ, **desk.reader_env}, check=True)
    assert desk["anna"].state.codes.pin.tries_left == 3
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from stuntcard.card.card import Card
from stuntcard.card.view import DEAD, AreaView, CodeView, KeyView, MemoryView, PartView, view
from stuntcard.control.actors import perform
from stuntcard.control.errors import ControlError
from stuntcard.control.requests import ActRequest, SetStateRequest
from stuntcard.faults.rules import ArmedFault, Faults, Rule, check_names
from stuntcard.messages import Messages
from stuntcard.profile.model import Language, Profile
from stuntcard.readers.pinpad.pad import PinPad, parse_keys
from stuntcard.running.choices import RunOptions
from stuntcard.running.desk import DeskReader, desk_laid, served_to_pcsc
from stuntcard.running.making import ReaderOnDesk, reader_made
from stuntcard.running.pcsc import SOCKET_VARIABLE
from stuntcard.running.plan import ReaderPlan, plan_of, with_names
from stuntcard.scenario.exchanges import Exchange, ExchangeList
from stuntcard.scenario.expectations import Outcome, outcomes
from stuntcard.scenario.model import fault_rule
from stuntcard.words.faults import struck_line

_LAST = 12
"""So many commands are in a report."""
Seen = TypeVar("Seen")
Fault = str | Mapping[str, str | int | float]
"""A rule for a fault: "ins=2A nth=3 act=status:6F00", or the same as a mapping."""


class FaultNeverStruckWarning(UserWarning):
    """A fault that was still set at a test's end, and never struck: what it should have shown was not tested."""


class Named(Mapping[str, Seen], Generic[Seen]):
    """Things by their ids: `codes["pep-pin"]`, or `codes.pep_pin`."""

    def __init__(self, things: Mapping[str, Seen]) -> None:
        self._things = things

    def __getitem__(self, name: str) -> Seen:
        return self._things[name]

    def __getattr__(self, name: str) -> Seen:
        if name.startswith("_"):
            raise AttributeError(name)  # Python itself asks for such names, before there are any things
        try:
            return self._things[name.replace("_", "-")]
        except KeyError:
            raise AttributeError(f"there is no '{name}'; there are: {', '.join(self._things)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)


@dataclass(frozen=True, slots=True)
class CardState:
    """A card as it stood when this was asked for."""

    life_cycle: str
    codes: Named[CodeView]
    areas: Named[AreaView]
    parts: Named[PartView]
    keys: tuple[KeyView, ...]
    memory: MemoryView | None

    @property
    def dead(self) -> bool:
        """Whether the card is destroyed for good."""
        return self.life_cycle == DEAD


class EmulatedCard:
    """A card in a reader of its own, or a reader that is empty as yet."""

    def __init__(self, reader: DeskReader, socket: Path, exchanges: ExchangeList, made: ReaderOnDesk) -> None:
        self.name = reader.name
        """What it is called on its desk."""
        self.socket = socket
        """The PC/SC socket that its reader is behind."""
        self.values: dict[str, str] = dict(made.scenario.built.values) if made.scenario else _values(made.card)
        """The values that its codes had at first, by id; what nobody knows is not there."""
        self._reader = reader
        self._exchanges = exchanges
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
        seen = view(self._card.profile, self._card.content)
        codes, areas, parts = Named(seen.codes), Named(seen.areas), Named(seen.parts)
        return CardState(seen.life_cycle, codes, areas, parts, tuple(seen.keys), seen.memory)

    @property
    def trace(self) -> list[Exchange]:
        """The commands that programs have sent, and the card's answers, up to now."""
        return list(self._exchanges.exchanges)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What came of the scenario's expectations up to now; nothing for a fresh card."""
        if self._scenario is None:
            return ()
        seen = view(self._card.profile, self._card.content)
        expect, exchanges = self._scenario.scenario.expect, self._exchanges.exchanges
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
        self._reader.exchange(card, RunOptions(recorder=self._exchanges))
        self.values, self._scenario = _values(self._card), None

    def give_to(self, other: EmulatedCard) -> None:
        """Puts the card into another reader of the same desk; see `EmulatedDesk.move`."""
        self._reader.move_to(other.name)
        self.values, other.values = other.values, self.values
        self._scenario, other._scenario = other._scenario, self._scenario
        self._exchanges, other._exchanges = other._exchanges, self._exchanges

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

    def type(self, keys: str, within: float = 10) -> None:
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
        return self._faults.set(_checked(rule, self._card.profile))

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
        return f"<{self.name}: {self._reader.about}>"

    @property
    def report(self) -> str:
        """How the card stands, its faults, and the last commands, for whoever looks for what went wrong; no secrets."""
        if self._reader.card is None:
            return f"{self.name}: no card"
        seen = self.state
        codes = ", ".join(f"{code.name} {code.state} ({code.tries_left} left)" for code in seen.codes.values())
        lines = [f"{self.name}: {self._reader.about}, {seen.life_cycle}: {codes}"]
        lines += [f"  {struck_line(fault)}" for fault in self.faults]
        lines += [f"  {exchange.name} -> {exchange.status}" for exchange in self.trace[-_LAST:]]
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


class Stuntcard:
    """Gives emulated cards, as many as are asked for, and takes them away at its end."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.cards: list[EmulatedCard] = []
        """All that were given."""

    def __enter__(self) -> Stuntcard:
        return self

    def __exit__(self, *_: object) -> None:
        never = [(card, fault) for card in self.cards for fault in card.faults if not fault.struck]
        self._stack.close()
        for card, fault in never:
            warnings.warn(f"{card.name}: {struck_line(fault)}", FaultNeverStruckWarning, stacklevel=2)

    def __call__(
        self,
        profile: str | None = None,
        *,
        scenario: str | None = None,
        faults: Sequence[Fault] = (),
        pinpad: bool = False,
        keys: Sequence[str] = (),
    ) -> EmulatedCard:
        """A card in a reader of its own.

        `profile`: an id such as "proid-q", or a YAML file's path; `scenario`: a name or a path. One of both has to be
        given. `pinpad`, `keys`: as for CardOnDesk. Raises ScenarioRefusedError, ProfileError, ScenarioFileError,
        FaultError, PlanError for keys that are none, or OSError when there is no such profile, or no socket can be had.
        """
        if profile is None and scenario is None:
            raise TypeError("which card? Give a profile's id, such as 'proid-q', or scenario=NAME")
        card = CardOnDesk(profile, scenario=scenario, faults=faults, pinpad=pinpad, keys=keys)
        return self._laid([card.plan()]).cards[0]

    def desk(self, *cards: str | CardOnDesk, file: str | Path | None = None) -> EmulatedDesk:
        """Several readers before the same programs: those of a desk's file, if one is given, and these.

        Each of `cards` is what `stuntcard exec` takes ("proid-q", "anna=tokenme", "card:mine", "empty"), or a
        CardOnDesk. Raises what a card alone does, DeskFileError, PlanError, or ValueError for two of one name.
        """
        planned = [*_read(file)] if file is not None else []
        planned += [plan_of(card) if isinstance(card, str) else card.plan() for card in cards]
        return self._laid(with_names(planned))

    def _laid(self, plans: Sequence[ReaderPlan]) -> EmulatedDesk:
        made: list[ReaderOnDesk] = []
        recorders: list[ExchangeList] = []
        for plan in plans:
            names = [one.name for one in made]
            one = self._stack.enter_context(reader_made(replace(plan, faults=()), names))
            recorders.append(one.scenario.exchanges if one.scenario is not None else ExchangeList())
            rules = tuple(_checked(fault, one.card.profile) for fault in plan.faults) if one.card is not None else ()
            options = replace(one.options, faults=(*one.options.faults, *rules), recorder=recorders[-1])
            made.append(replace(one, options=options))
        desk = self._stack.enter_context(desk_laid(made))
        self._stack.enter_context(served_to_pcsc(desk))
        self._stack.callback(desk.let_go)
        cards = [
            EmulatedCard(reader, desk.socket, exchanges, one)
            for reader, exchanges, one in zip(desk.readers, recorders, made, strict=True)
        ]
        self.cards += cards
        return EmulatedDesk(cards, desk.socket)


def _read(file: str | Path) -> tuple[ReaderPlan, ...]:
    from stuntcard.running.desk_file import read_desk

    return read_desk(Path(file))


def _values(card: Card | None) -> dict[str, str]:
    return {name: value.decode() for name, value in card.content.values.items()} if card is not None else {}


def _checked(fault: Fault, profile: Profile) -> Rule:
    rule = fault_rule(fault)
    check_names(rule, profile)
    return rule

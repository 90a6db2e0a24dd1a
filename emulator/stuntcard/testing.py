"""Emulated cards for tests of one's own programs. The pytest fixture `stuntcard` gives a `Stuntcard`.

def test_login(stuntcard: Stuntcard) -> None:
    card = stuntcard("proid-q", scenario="puk-last-try")
    subprocess.run(["my-program"], env={**os.environ, **card.reader_env}, check=True)
    assert card.state.codes.puk.tries_left == 1
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from stuntcard.card.card import Card
from stuntcard.card.view import DEAD, AreaView, CodeView, KeyView, MemoryView, PartView, view
from stuntcard.control.actors import perform
from stuntcard.control.directory import PCSC_SOCKET, card_directory
from stuntcard.control.requests import ActRequest
from stuntcard.faults.rules import Rule, check_names
from stuntcard.profile.load import load_profile
from stuntcard.running.choices import RunOptions
from stuntcard.running.making import fresh_card
from stuntcard.running.pcsc import SOCKET_VARIABLE, pcsc_server
from stuntcard.running.placing import PlacedCard, placed
from stuntcard.running.scenarios import ready_scenario
from stuntcard.scenario.exchanges import Exchange, ExchangeList
from stuntcard.scenario.expectations import Outcome, outcomes
from stuntcard.scenario.load import NamedScenario
from stuntcard.scenario.model import fault_rule

Seen = TypeVar("Seen")
Fault = str | Mapping[str, str | int | float]
"""A rule for a fault: "ins=2A nth=3 act=status:6F00", or the same as a mapping."""


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
class ReaderState:
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
    """A card in a reader of its own."""

    def __init__(
        self,
        card: Card,
        placed_card: PlacedCard,
        exchanges: ExchangeList,
        socket: Path,
        values: Mapping[str, str],
        scenario: NamedScenario | None,
    ) -> None:
        self.socket = socket
        """The PC/SC socket that its reader is behind."""
        self.values = dict(values)
        """The values that its codes had at first, by id; what nobody knows is not there."""
        self._card = card
        self._placed_card = placed_card
        self._exchanges = exchanges
        self._scenario = scenario

    @property
    def reader_env(self) -> dict[str, str]:
        """What a program's environment needs, for it to see this card and no other.

        libpcsclite reads it once in a process's life; so the program under test has to be a process of its own.
        """
        return {SOCKET_VARIABLE: str(self.socket)}

    @property
    def state(self) -> ReaderState:
        """The card as it stands now: `state.codes.pin.tries_left`, `state.areas.cc.used`."""
        seen = view(self._card.profile, self._card.content)
        codes, areas, parts = Named(seen.codes), Named(seen.areas), Named(seen.parts)
        return ReaderState(seen.life_cycle, codes, areas, parts, tuple(seen.keys), seen.memory)

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
        return outcomes(self._scenario.scenario.expect, self._card.profile, seen, self._exchanges.exchanges)

    def remove(self, back_after: float | None = None) -> None:
        """Takes the card out of the reader, for so many seconds or until `insert`."""
        self._placed_card.slot_control.remove(back_after)

    def insert(self) -> None:
        """Puts the card into the reader again."""
        self._placed_card.slot_control.insert()

    def reset(self) -> None:
        """Has the card start anew where it lies; programs that use it are told."""
        self._placed_card.slot_control.reset()

    def fault(self, rule: Fault) -> int:
        """Sets a fault, from now on; gives its number. Raises FaultError for one that makes no sense."""
        return self._placed_card.faults.set(_checked(rule, self._card))

    def clear_faults(self, number: int | None = None) -> None:
        """Clears one fault, or all. Raises FaultError when there is none of that number."""
        self._placed_card.faults.clear(number)

    def act(self, actor: str, act: str, values: Mapping[str, str] | None = None) -> str:
        """Has somebody off the card act on it; gives what was done. Raises ActRefusedError when it can't be."""
        return perform(self._card, ActRequest(actor, act, dict(values or {})))


class Stuntcard:
    """Gives emulated cards, as many as are asked for, and takes them away at its end."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def __enter__(self) -> Stuntcard:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def __call__(
        self, profile: str | None = None, *, scenario: str | None = None, faults: Sequence[Fault] = ()
    ) -> EmulatedCard:
        """A card in a reader of its own.

        `profile`: an id such as "proid-q", or a YAML file's path; `scenario`: a name or a path. One of both has to be
        given. Raises ScenarioRefusedError, ProfileError, ScenarioFileError, FaultError, or OSError when there is no
        such profile, or no socket can be had.
        """
        if scenario is not None:
            ready = ready_scenario(scenario, profile)
            return self._served(ready.built.card, ready.built.values, ready.faults, faults, ready.named)
        if profile is None:
            raise TypeError("which card? Give a profile's id, such as 'proid-q', or scenario=NAME")
        card = fresh_card(load_profile(profile))
        values = {name: value.decode() for name, value in card.content.values.items()}
        return self._served(card, values, (), faults, None)

    def _served(
        self,
        card: Card,
        values: Mapping[str, str],
        rules: Sequence[Rule],
        faults: Sequence[Fault],
        named: NamedScenario | None,
    ) -> EmulatedCard:
        rules = (*rules, *(_checked(fault, card) for fault in faults))
        exchanges = ExchangeList()
        socket = self._stack.enter_context(card_directory(card.profile.id)) / PCSC_SOCKET
        placed_card = self._stack.enter_context(placed(card, RunOptions(faults=rules, recorder=exchanges)))
        self._stack.enter_context(pcsc_server(socket, [(card.profile.name, placed_card.slot)]))
        self._stack.callback(placed_card.let_go)
        return EmulatedCard(card, placed_card, exchanges, socket, values, named)


def _checked(fault: Fault, card: Card) -> Rule:
    rule = fault_rule(fault)
    check_names(rule, card.profile)
    return rule

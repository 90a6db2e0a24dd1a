"""Makes the cards that shall run: fresh ones of a profile, stored ones, and those of scenarios."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Profile
from stuntcard.running.choices import RunOptions
from stuntcard.running.pcsc import WholeName
from stuntcard.running.plan import EMPTY, STORED, PlanError, ReaderPlan, unique_name

if TYPE_CHECKING:
    from stuntcard.exercises.live import LiveAttempt
    from stuntcard.faults.rules import Rule
    from stuntcard.readers.pinpad.pad import PinPad
    from stuntcard.running.scenarios import ReadyScenario


@dataclass(frozen=True, slots=True)
class ReaderOnDesk:
    """A reader and the card for it, made and ready to be placed; without one it is empty."""

    name: str
    card: Card | None = None
    options: RunOptions = field(default_factory=RunOptions)
    label: str | None = None
    """What the reader is called, if not by its card."""
    scenario: ReadyScenario | None = None
    attempt: LiveAttempt | None = None
    """Somebody's attempt at an exercise on the card."""
    held: ExitStack = field(default_factory=ExitStack)
    """What the card holds, such as its file; closed where the card goes before its desk does."""


def fresh_card(profile: Profile, applet: str | None = None) -> Card:
    """A card as it leaves the factory, gone when nobody holds it any more.

    `applet`: the command set that clients see, if not the profile's first. Raises AppletChoiceError.
    """
    return Card(profile if applet is None else seen_through(profile, applet), APPLETS)


@contextmanager
def stored_card(name: str, applet: str | None = None) -> Iterator[Card]:
    """A stored card, with power; nobody else can open it meanwhile. Raises StoreError, AppletChoiceError."""
    from stuntcard.store.library import open_card

    with open_card(name) as file:
        profile = file.stored.profile if applet is None else seen_through(file.stored.profile, applet)
        card = Card(profile, APPLETS, file.stored.content, file)
        card.power_on()
        yield card
        card.power_off()


def copy_of_stored(name: str, applet: str | None = None) -> Card:
    """A card as a stored one stands now, gone when nobody holds it; the stored one stays as it is, and may be in use.

    Raises StoreError, AppletChoiceError.
    """
    from stuntcard.store.library import read_card

    stored = read_card(name)
    return Card(stored.profile if applet is None else seen_through(stored.profile, applet), APPLETS, stored.content)


@contextmanager
def reader_made(plan: ReaderPlan, taken: Collection[str] = (), language: str = "en") -> Iterator[ReaderOnDesk]:
    """A reader as it was planned, with its card; a name that is still to be found is none of those taken.

    Raises PlanError, AppletChoiceError, SerialError, FaultError, ProfileError, OSError, StoreError, CardInUseError,
    and for scenarios ScenarioRefusedError, DocumentError, UnknownLanguageError.
    """
    label = _label(plan)
    if plan.keep is not None:
        with _kept(plan, plan.keep, taken, language) as reader:
            yield reader
    elif plan.scenario is not None:
        yield _in_trouble(plan, plan.scenario, taken, language)
    elif plan.card in (EMPTY, None):
        if any((plan.applet, plan.serial, plan.faults, plan.trace, plan.state_out)):
            raise PlanError("an empty reader has no card that could have faults, a trace, a state, or be of some kind")
        yield ReaderOnDesk(plan.name or EMPTY, options=RunOptions(pinpad=_pinpad(plan)), label=label)
    else:
        with ExitStack() as held:
            card = held.enter_context(card_made(str(plan.card), plan.applet, plan.serial, plan.beside))
            options = RunOptions(
                plan.trace, _rules(plan.faults, card.profile), state_out=plan.state_out, pinpad=_pinpad(plan)
            )
            yield ReaderOnDesk(plan.name or unique_name(card.profile.id, taken), card, options, label, held=held)


@contextmanager
def _kept(plan: ReaderPlan, name: str, taken: Collection[str], language: str) -> Iterator[ReaderOnDesk]:
    """The reader with its card in the store, under a name that is new there. Raises what `reader_made` does."""
    from stuntcard.profile.load import profile_path, read_profile_text
    from stuntcard.store.database import Durability, StoredCard, now
    from stuntcard.store.library import add_card

    if plan.card == EMPTY or (plan.card or "").startswith(STORED):
        raise PlanError(f"--keep {name}: is for a fresh card or one of a scenario; a stored card is kept anyhow")
    with reader_made(replace(plan, applet=None, keep=None), taken, language) as reader, ExitStack() as held:
        card = reader.card
        assert card is not None, "a reader that is not empty has a card"
        if plan.applet is not None:
            seen_through(card.profile, plan.applet)  # before anything is stored
        file = reader.scenario.named.profile_file if reader.scenario is not None else profile_path(str(plan.card))
        add_card(name, StoredCard(read_profile_text(file), card.profile, card.content, Durability.FULL, now()))
        card = held.enter_context(stored_card(name, plan.applet))
        scenario = reader.scenario
        if scenario is not None:
            scenario = replace(scenario, built=replace(scenario.built, card=card))
        yield replace(reader, card=card, scenario=scenario, held=held)


@contextmanager
def card_made(source: str, applet: str | None = None, serial: str | None = None, beside: int = 0) -> Iterator[Card]:
    """A fresh card of a profile (its id, or its file's path), or `card:NAME`, a stored one.

    Without a serial number given, a fresh one has its profile's, or beside so many others of that one of its own.

    Raises PlanError, AppletChoiceError, SerialError, ProfileError, OSError, StoreError, CardInUseError.
    """
    if not source.startswith(STORED):
        yield fresh_card(_numbered(load_profile(source), serial, beside), applet)
        return
    if serial is not None:
        raise PlanError("--serial is for a fresh card of a profile; a stored card and one of a scenario have their own")
    with stored_card(source.removeprefix(STORED), applet) as card:
        yield card


def _numbered(profile: Profile, serial: str | None, beside: int) -> Profile:
    """The model of a card with this serial number, if one is given, or one of its own beside others."""
    if serial is None and not beside:
        return profile
    from stuntcard.profile.serial import serial_beside, with_serial

    return with_serial(profile, serial or serial_beside(profile, beside))


def _rules(faults: Sequence[str | Mapping[str, str | int | float]], profile: Profile) -> tuple[Rule, ...]:
    """The rules, read. Raises FaultError, which begins with the rule that is wrong."""
    if not faults:
        return ()
    from stuntcard.faults.rules import FaultError, check_names
    from stuntcard.faults.text import parse_rule, rule_from

    rules = []
    for fault in faults:
        try:
            rules.append(parse_rule(fault) if isinstance(fault, str) else rule_from(fault))
            check_names(rules[-1], profile)
        except FaultError as error:
            raise FaultError(f'"{fault}": {error}') from error
    return tuple(rules)


def _pinpad(plan: ReaderPlan) -> PinPad | None:
    """The reader's PIN pad, if it has one. Raises PlanError."""
    if not plan.pinpad and plan.keys is None:
        return None
    from stuntcard.readers.pinpad.pad import PinPad
    from stuntcard.running.keys import prepared_keys

    return PinPad(prepared_keys(plan.keys) if plan.keys is not None else ())


def _label(plan: ReaderPlan) -> str | None:
    """What the reader is called by what was planned, if not by its card."""
    if plan.reader_name is not None:
        return WholeName(plan.reader_name)
    return plan.name if plan.named else None


def _in_trouble(plan: ReaderPlan, scenario: str, taken: Collection[str], language: str) -> ReaderOnDesk:
    from stuntcard.running.scenarios import profile_meant, ready_scenario

    if plan.serial is not None:
        raise PlanError("--serial is for a fresh card of a profile; a stored card and one of a scenario have their own")
    ready = ready_scenario(scenario, profile_meant(plan.card), language, plan.faults, plan.applet)
    options = RunOptions(plan.trace, ready.faults, ready.exchanges, plan.state_out, _pinpad(plan))
    name = plan.name or unique_name(ready.named.profile.id, taken)
    return ReaderOnDesk(name, ready.built.card, options, _label(plan), ready)

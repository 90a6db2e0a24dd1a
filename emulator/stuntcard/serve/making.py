"""Makes the cards that are planned; those that shall outlive the process are stored, and taken from the store again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

from stuntcard.applets.registry import AppletChoiceError
from stuntcard.exercises.load import NoSuchExerciseError, exercise_names, load_exercise
from stuntcard.exercises.start import ReadyExercise, make_ready
from stuntcard.faults.rules import FaultError, check_names
from stuntcard.messages import UnknownLanguageError
from stuntcard.profile.document import DocumentError
from stuntcard.profile.load import profile_names, profile_path, read_profile_text
from stuntcard.profile.serial import SerialError
from stuntcard.readers.pinpad.pad import PinPad
from stuntcard.running.choices import RunOptions
from stuntcard.running.making import ReaderOnDesk, reader_made, stored_card
from stuntcard.running.plan import STORED, PlanError, ReaderPlan
from stuntcard.running.scenarios import ScenarioRefusedError
from stuntcard.scenario.build import UnreachableError
from stuntcard.scenario.load import load_scenario, scenario_names
from stuntcard.scenario.model import fault_rule
from stuntcard.serve.plans import CardPlan
from stuntcard.serve.problems import Problem, ProblemError
from stuntcard.serve.tape import CardTape
from stuntcard.store.database import Durability, StoredCard, now
from stuntcard.store.errors import CardInUseError, StoreError
from stuntcard.store.library import add_card, delete_card

Fault = str | Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class MadeCard:
    """A card ready for its reader, the exercise that it is for, and its codes at first, as far as they are known."""

    reader: ReaderOnDesk
    exercise: ReadyExercise | None
    first_codes: dict[str, str]


@contextmanager
def card_planned(
    id_: str, plan: CardPlan, tape: CardTape, make_room: Callable[[], None] = lambda: None
) -> Iterator[MadeCard]:
    """A card as it was planned, with a tape that records it; stored, if it shall be kept. Raises ProblemError.

    `make_room` is called once nothing is wrong with the plan, before anything is stored.
    """
    with refused_as_problems(plan), ExitStack() as stack:
        ready = ready_exercise(plan.exercise) if plan.exercise is not None else None
        if ready is not None:
            reader, codes = _of_exercise(id_, plan, ready), dict(ready.built.values)
        else:
            reader = stack.enter_context(reader_made(plan.reader_plan(id_)))
            codes = _codes_of(plan, reader)
        make_room()
        if plan.keep and plan.stored is None:
            _store(id_, reader)
            held = stack.enter_context(ExitStack())
            reader = replace(reader, card=held.enter_context(stored_card(id_, plan.applet)), held=held)
        yield MadeCard(_taped(reader, plan.seed, tape), ready, codes)


@contextmanager
def card_kept(id_: str, plan: CardPlan, tape: CardTape) -> Iterator[MadeCard]:
    """A card that was kept, as it was left. Its faults are set anew. Raises ProblemError."""
    with refused_as_problems(plan), ExitStack() as stack:
        ready = ready_exercise(plan.exercise) if plan.exercise is not None else None
        again = ReaderPlan(
            card=f"{STORED}{plan.stored or id_}",
            name=id_,
            named=True,
            applet=plan.applet,
            faults=(*_own_faults(plan, ready), *plan.faults),
            pinpad=plan.pinpad,
        )
        reader = stack.enter_context(reader_made(again))
        yield MadeCard(_taped(reader, plan.seed, tape), ready, {})


def forget_kept(id_: str, plan: CardPlan) -> None:
    """Deletes what was stored for a card that was kept; one that lay in the store before stays there."""
    if plan.keep and plan.stored is None:
        with refused_as_problems(plan):
            delete_card(id_)


@lru_cache(maxsize=64)
def ready_exercise(name: str) -> ReadyExercise:
    """An exercise by its name, made ready once for all who do it. Raises NoSuchExerciseError, DocumentError, …"""
    return make_ready(load_exercise(name))


def _of_exercise(id_: str, plan: CardPlan, ready: ReadyExercise) -> ReaderOnDesk:
    card = ready.new_card(plan.applet)
    rules = tuple(fault_rule(fault) for fault in (*_own_faults(plan, ready), *plan.faults))
    for rule in rules:
        check_names(rule, card.profile)
    pinpad = PinPad() if plan.pinpad else None
    return ReaderOnDesk(id_, card, RunOptions(faults=rules, pinpad=pinpad), id_)


def _own_faults(plan: CardPlan, ready: ReadyExercise | None) -> tuple[Fault, ...]:
    """The faults that an exercise or a scenario brings."""
    if ready is not None:
        return ready.named.start.scenario.faults
    return load_scenario(plan.scenario, plan.profile).scenario.faults if plan.scenario is not None else ()


def _codes_of(plan: CardPlan, reader: ReaderOnDesk) -> dict[str, str]:
    if reader.scenario is not None:
        return dict(reader.scenario.built.values)
    if plan.stored is not None or reader.card is None:
        return {}
    return {name: value.decode() for name, value in reader.card.content.values.items()}


def _store(id_: str, reader: ReaderOnDesk) -> None:
    assert reader.card is not None
    profile = reader.card.profile
    text = read_profile_text(profile_path(profile.id))
    add_card(id_, StoredCard(text, profile, reader.card.content, Durability.FULL, now()))


def _taped(reader: ReaderOnDesk, seed: int, tape: CardTape) -> ReaderOnDesk:
    """The reader with a tape for what is said there, and the plan's seed for faults that have none."""
    faults = tuple(rule if rule.seed else replace(rule, seed=seed) for rule in reader.options.faults)
    return replace(reader, options=replace(reader.options, faults=faults, recorder=tape))


_BAD_PLAN = (
    PlanError,
    AppletChoiceError,
    SerialError,
    FaultError,
    DocumentError,
    NoSuchExerciseError,
    ScenarioRefusedError,
    UnreachableError,
    UnknownLanguageError,
    StoreError,
)


@contextmanager
def refused_as_problems(plan: CardPlan) -> Iterator[None]:
    """Has all that can be wrong with a plan told as a problem."""
    for kind, name, names in (
        ("profile", plan.profile, profile_names),
        ("exercise", plan.exercise, exercise_names),
        ("scenario", plan.scenario, _known_scenarios),
    ):
        if name is not None and name not in names():
            raise ProblemError(Problem.BAD_PLAN, f"there is no {kind} '{name}'; see GET /api/v1/{kind}s")
    try:
        yield
    except CardInUseError as error:
        raise ProblemError(Problem.CARD_IN_USE, str(error)) from error
    except _BAD_PLAN as error:
        raise ProblemError(Problem.BAD_PLAN, str(error)) from error
    except OSError as error:
        raise ProblemError(Problem.FAILED, f"the card can't be served: {error.strerror or error}") from error


def _known_scenarios() -> tuple[str, ...]:
    """Names of scenarios, in full and without their profile's id."""
    names = scenario_names()
    short = [name.removeprefix(f"{profile}-") for name in names for profile in profile_names()]
    return (*names, *short)

"""Runs a card in a scenario's state, and tells what came of what was expected."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.card.view import view
from stuntcard.faults.rules import FaultError, Rule, check_names
from stuntcard.messages import Messages, messages_in
from stuntcard.profile.load import load_profile, profile_names
from stuntcard.profile.model import Profile
from stuntcard.profile.places import is_path
from stuntcard.scenario.build import Built, UnreachableError, build
from stuntcard.scenario.exchanges import ExchangeList
from stuntcard.scenario.expectations import is_cured, outcomes
from stuntcard.scenario.load import NamedScenario, load_scenario
from stuntcard.scenario.model import fault_rule
from stuntcard.words.scenario import about_lines, report_lines
from stuntcard.words.state import why_no_such_state

Fault = str | Mapping[str, str | int | float]
"""A rule for a fault, as text or as a mapping."""


class ScenarioRefusedError(Exception):
    """What was asked for can't be done; says why, and what to do."""


@dataclass(frozen=True, slots=True)
class ReadyScenario:
    """A scenario with its card in the state that it wants, and all the faults that shall strike it."""

    named: NamedScenario
    built: Built
    faults: tuple[Rule, ...]
    messages: Messages
    exchanges: ExchangeList = field(default_factory=ExchangeList)
    """What programs and the card say to each other."""


def ready_scenario(
    name: str,
    profile: str | None = None,
    language: str = "en",
    faults: Sequence[Fault] = (),
    applet: str | None = None,
) -> ReadyScenario:
    """A scenario by name or path, ready to run.

    `profile`, an id or a file, says which is meant where its name alone does not tell; `faults` come after its own;
    `applet` is the command set that programs see, if not the profile's first. Raises UnknownLanguageError,
    ScenarioRefusedError, AppletChoiceError, or DocumentError for what is wrong in its file.
    """
    messages = messages_in(language)
    named = load(name, profile)
    built = built_card(named, messages)
    if applet is not None:
        seen = seen_through(named.profile, applet)
        built = replace(built, card=Card(seen, APPLETS, built.card.content))
    return ReadyScenario(named, built, (*named.scenario.rules, *_checked(faults, built.card.profile)), messages)


def told(scenario: ReadyScenario) -> str:
    """What is so, for people."""
    return "\n".join(about_lines(scenario.named, scenario.messages))


def reported(scenario: ReadyScenario) -> bool:
    """Tells on standard error what came of it, and gives whether that is good: cured, or all expectations met."""
    named, card = scenario.named, scenario.built.card
    if is_cured(named.scenario, named.profile, card.content):
        print(scenario.messages.text("scenario-cured", name=named.name), file=sys.stderr)
        return True
    seen = view(named.profile, card.content)
    found = outcomes(named.scenario.expect, named.profile, seen, scenario.exchanges.exchanges, scenario.messages)
    print("\n".join(report_lines(named, found, scenario.messages)), file=sys.stderr)
    return all(outcome.met for outcome in found)


def profile_meant(card: str | None) -> str | None:
    """The profile that a scenario is of, if one is said: its id, or its file's path.

    Raises ScenarioRefusedError for any other card.
    """
    if card is None or is_path(card) or card in profile_names():
        return card
    profiles = ", ".join(profile_names())
    raise ScenarioRefusedError(
        f"{card}: a scenario brings its own card; leave this out, or give the profile that is meant: {profiles}"
    )


def load(name: str, profile: str | None = None) -> NamedScenario:
    """A scenario by name or path. Raises ScenarioRefusedError, or DocumentError for what is wrong in its file."""
    try:
        id_ = load_profile(profile).id if profile is not None and is_path(profile) else profile
        named = load_scenario(name, profile)
    except FileNotFoundError as error:
        missing = error.filename or name
        raise ScenarioRefusedError(
            str(error) if error.errno is None else f"{missing}: there is no such file"
        ) from error
    except OSError as error:
        raise ScenarioRefusedError(f"{error.filename or name}: can't be read: {error.strerror}") from error
    if id_ is not None and named.profile.id != id_:
        message = f"{named.name} is a scenario of {named.profile.id}, not of {id_}; leave {profile} out"
        raise ScenarioRefusedError(message)
    return named


def built_card(named: NamedScenario, messages: Messages) -> Built:
    """A card in the scenario's state. Raises ScenarioRefusedError, or DocumentError, where there can't be one."""
    try:
        return build(named)
    except UnreachableError as error:
        reason = why_no_such_state(error.profile, error.conflict, messages)
        raise ScenarioRefusedError(f"{named.name}: {reason}") from error


def _checked(faults: Sequence[Fault], profile: Profile) -> tuple[Rule, ...]:
    try:
        rules = tuple(fault_rule(text) for text in faults)
        for rule in rules:
            check_names(rule, profile)
    except FaultError as error:
        raise ScenarioRefusedError(str(error)) from error
    return rules

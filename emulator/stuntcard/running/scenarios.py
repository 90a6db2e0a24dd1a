"""Runs a card in a scenario's state, and tells what came of what was expected."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stuntcard.card.view import view
from stuntcard.faults.rules import FaultError, Rule, check_names
from stuntcard.messages import Messages, messages_in
from stuntcard.profile.load import profile_names
from stuntcard.running.choices import RunOptions
from stuntcard.scenario.build import Built, UnreachableError, build
from stuntcard.scenario.exchanges import ExchangeList
from stuntcard.scenario.expectations import outcomes
from stuntcard.scenario.load import NamedScenario, load_scenario
from stuntcard.scenario.model import fault_rule
from stuntcard.words.scenario import about_lines, report_lines
from stuntcard.words.state import why_no_such_state

if TYPE_CHECKING:
    from stuntcard.running.choices import ReaderChoice, TraceChoice

NOT_MET = 1


class ScenarioRefusedError(Exception):
    """What was asked for can't be done; says why, and what to do."""


@dataclass(frozen=True, slots=True)
class ReadyScenario:
    """A scenario with its card in the state that it wants, and all the faults that shall strike it."""

    named: NamedScenario
    built: Built
    faults: tuple[Rule, ...]
    messages: Messages


def ready_scenario(
    name: str, profile: str | None = None, language: str = "en", faults: Sequence[str] = ()
) -> ReadyScenario:
    """A scenario by name or path, ready to run.

    `profile` says which is meant where its name alone does not tell; `faults` come after its own. Raises
    UnknownLanguageError, ScenarioRefusedError, or DocumentError for what is wrong in its file.
    """
    messages = messages_in(language)
    named = load(name, profile)
    built = built_card(named, messages)
    return ReadyScenario(named, built, (*named.scenario.rules, *_checked(faults, named)), messages)


def run_scenario(scenario: ReadyScenario, choice: ReaderChoice, trace: TraceChoice | None) -> None:
    """Tells the scenario and runs its card until it is stopped. Raises OSError when the card can't be served."""
    from stuntcard.running.serving import run_card

    named = scenario.named
    print("\n".join(about_lines(named, scenario.messages)))
    run_card(scenario.built.card, named.profile.id, choice, RunOptions(trace, scenario.faults))


def exec_scenario(
    scenario: ReadyScenario, program: Sequence[str], state_out: Path | None, trace: TraceChoice | None
) -> int:
    """Runs a program with the scenario's card, and tells on standard error what came of the expectations.

    Gives the program's exit status; where that is 0, 1 if an expectation is not met. Raises OSError when the card
    can't be served.
    """
    from stuntcard.running.program import exec_with_card

    named, card, exchanges = scenario.named, scenario.built.card, ExchangeList()
    options = RunOptions(trace, scenario.faults, exchanges)
    status = exec_with_card(card, named.profile.id, program, state_out, options)
    seen = view(named.profile, card.content)
    found = outcomes(named.scenario.expect, named.profile, seen, exchanges.exchanges)
    print("\n".join(report_lines(named, found, scenario.messages)), file=sys.stderr)
    return status or (0 if all(outcome.met for outcome in found) else NOT_MET)


def profile_and_program(words: Sequence[str], name: str, language: str) -> tuple[str | None, Sequence[str]]:
    """A program and its arguments, and the card's profile where that stands in front.

    Raises ScenarioRefusedError where there is no program, or UnknownLanguageError.
    """
    messages = messages_in(language)
    profile, program = (words[0], words[1:]) if words and words[0] in profile_names() else (None, words)
    if not program:
        raise ScenarioRefusedError(messages.text("no-command", example=f"--scenario {name} -- pkcs11-tool -L"))
    return profile, program


def profile_meant(card: str | None) -> str | None:
    """The profile that a scenario is of, if one is said. Raises ScenarioRefusedError for any other card."""
    if card is None or card in profile_names():
        return card
    profiles = ", ".join(profile_names())
    raise ScenarioRefusedError(
        f"{card}: a scenario brings its own card; leave this out, or give the profile that is meant: {profiles}"
    )


def load(name: str, profile: str | None = None) -> NamedScenario:
    """A scenario by name or path. Raises ScenarioRefusedError, or DocumentError for what is wrong in its file."""
    try:
        named = load_scenario(name, profile)
    except FileNotFoundError as error:
        raise ScenarioRefusedError(str(error) if error.errno is None else f"{name}: there is no such file") from error
    except OSError as error:
        raise ScenarioRefusedError(f"{name}: can't be read: {error.strerror}") from error
    if profile is not None and named.profile.id != profile:
        message = f"{named.name} is a scenario of {named.profile.id}, not of {profile}; leave {profile} out"
        raise ScenarioRefusedError(message)
    return named


def built_card(named: NamedScenario, messages: Messages) -> Built:
    """A card in the scenario's state. Raises ScenarioRefusedError, or DocumentError, where there can't be one."""
    try:
        return build(named)
    except UnreachableError as error:
        reason = why_no_such_state(error.profile, error.conflict, messages)
        raise ScenarioRefusedError(f"{named.name}: {reason}") from error


def _checked(faults: Sequence[str], named: NamedScenario) -> tuple[Rule, ...]:
    try:
        rules = tuple(fault_rule(text) for text in faults)
        for rule in rules:
            check_names(rule, named.profile)
    except FaultError as error:
        raise ScenarioRefusedError(str(error)) from error
    return rules

"""What is done with scenarios for people: shown, checked, run."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from stuntcard.card.view import view
from stuntcard.faults.rules import FaultError, Rule, check_names
from stuntcard.messages import Messages
from stuntcard.profile.load import profile_names
from stuntcard.profile.model import Language
from stuntcard.scenario.build import Built, UnreachableError, build
from stuntcard.scenario.exchanges import ExchangeList
from stuntcard.scenario.expectations import outcomes
from stuntcard.scenario.load import NamedScenario, load_scenario, scenario_names
from stuntcard.scenario.model import fault_rule
from stuntcard.words.scenario import about_lines, as_object, report_lines, scenario_lines, summary, table_lines
from stuntcard.words.state import why_no_such_state

if TYPE_CHECKING:
    from stuntcard.running.running import ReaderChoice, TraceChoice

NOT_MET = 1
ListForm = Literal["text", "json", "markdown"]


class ScenarioRefusedError(Exception):
    """What was asked for can't be done; says why, and what to do."""


def listing(profile: str | None, language: str, form: ListForm) -> str:
    """The scenarios that come with Stuntcard, of one profile or all. Raises ScenarioRefusedError."""
    messages = messages_in(language)
    if profile is not None and profile not in profile_names():
        profiles = ", ".join(profile_names())
        raise ScenarioRefusedError(messages.text("target-unknown", target=profile, profiles=profiles))
    found = [load_scenario(name) for name in scenario_names()]
    found = [named for named in found if profile in (None, named.scenario.profile)]
    if form == "json":
        return json.dumps([summary(named) for named in found], indent=2, ensure_ascii=False)
    if form == "markdown":
        return "\n".join(table_lines(found, messages))
    width = max((len(named.name) for named in found), default=0)
    return "\n".join(f"{named.name:{width}}  {messages.of(named.scenario.title)}" for named in found)


def shown(name: str, language: str, as_json: bool) -> str:
    """All that there is to tell of a scenario. Raises ScenarioRefusedError, or DocumentError."""
    messages = messages_in(language)
    named = load(name)
    built = built_card(named, messages)
    if as_json:
        return json.dumps(as_object(named, built), indent=2, ensure_ascii=False)
    return "\n".join(scenario_lines(named, built, messages))


def checked(name: str, language: str) -> str:
    """That a scenario is good, its state one that a card comes to. Raises ScenarioRefusedError, or DocumentError."""
    messages = messages_in(language)
    named = load(name)
    built_card(named, messages)
    return messages.text("scenario-good", file=name, card=named.profile.name)


def run_scenario(
    card: str | None,
    name: str,
    choice: ReaderChoice,
    trace: TraceChoice | None,
    language: str,
    faults: Sequence[str] = (),
) -> None:
    """Runs a card in a scenario's state until it is stopped.

    `card`: the profile, where the scenario's name alone does not tell; `faults` come after its own. Raises
    ScenarioRefusedError, DocumentError, or OSError when the card can't be served.
    """
    from stuntcard.running.running import run_card

    messages = messages_in(language)
    named = load(name, _profile_id(card))
    built = built_card(named, messages)
    print("\n".join(about_lines(named, messages)))
    run_card(built.card, named.profile.id, choice, trace, rules_of(named, faults))


def exec_scenario(
    words: Sequence[str],
    name: str,
    state_out: Path | None,
    trace: TraceChoice | None,
    language: str,
    faults: Sequence[str] = (),
) -> int:
    """Runs a program with a card in a scenario's state, and tells on standard error what came of the expectations.

    `words`: the program and its arguments, perhaps with the card's profile in front. Gives the program's exit status;
    where that is 0, 1 if an expectation is not met. Raises ScenarioRefusedError, DocumentError, or OSError when the
    card can't be served.
    """
    from stuntcard.running.running import exec_with_card

    messages = messages_in(language)
    profile, program = (words[0], words[1:]) if words and words[0] in profile_names() else (None, words)
    if not program:
        raise ScenarioRefusedError(messages.text("no-command", example=f"--scenario {name} -- pkcs11-tool -L"))
    named = load(name, profile)
    card = built_card(named, messages).card
    exchanges = ExchangeList()
    rules = rules_of(named, faults)
    status = exec_with_card(card, named.profile.id, list(program), state_out, trace, exchanges, rules)
    seen = view(named.profile, card.content)
    found = outcomes(named.scenario.expect, named.profile, seen, exchanges.exchanges)
    print("\n".join(report_lines(named, found, messages)), file=sys.stderr)
    return status or (0 if all(outcome.met for outcome in found) else NOT_MET)


def messages_in(language: str) -> Messages:
    """The messages of a language. Raises ScenarioRefusedError."""
    if language in {known.value for known in Language}:
        return Messages(Language(language))
    languages = ", ".join(known.value for known in Language)
    raise ScenarioRefusedError(Messages(Language.ENGLISH).text("language", language=language, languages=languages))


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


def rules_of(named: NamedScenario, faults: Sequence[str]) -> tuple[Rule, ...]:
    """The faults of a scenario, and others behind them. Raises ScenarioRefusedError."""
    try:
        others = tuple(fault_rule(text) for text in faults)
        for rule in others:
            check_names(rule, named.profile)
    except FaultError as error:
        raise ScenarioRefusedError(str(error)) from error
    return (*named.scenario.rules, *others)


def _profile_id(card: str | None) -> str | None:
    if card is None or card in profile_names():
        return card
    profiles = ", ".join(profile_names())
    raise ScenarioRefusedError(
        f"{card}: a scenario brings its own card; leave this out, or give the profile that is meant: {profiles}"
    )

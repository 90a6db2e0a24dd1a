"""Finds campaigns and reads them from YAML. Every error has its line and column, and all of them come at once."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from stuntcard.campaign.beside import missing_files, seen_from, with_files_beside
from stuntcard.campaign.cards import check_card, is_stored
from stuntcard.campaign.expecting import check_cards_expected, places_of_expect
from stuntcard.campaign.model import NO_FAULT, Campaign, EachCommand
from stuntcard.campaign.placeholders import NAMES, placeholders_in
from stuntcard.faults.rules import FaultError
from stuntcard.faults.text import parse_rule
from stuntcard.profile.document import Document, DocumentError, Finding, KeyPath, read_text
from stuntcard.profile.load import shipped_directory
from stuntcard.scenario.load import instead_of, scenario_names, scenario_path
from stuntcard.store.errors import StoreError

_SUFFIXES = {".yaml", ".yml"}
_EACH = re.compile(r"\b(nth|from|every|probability)=")


class CampaignError(DocumentError):
    """A campaign that can't be used; `mistakes` tells all that is wrong with it."""


@dataclass(frozen=True, slots=True)
class NamedCampaign:
    """A campaign, its name, and what it is called by on the command line."""

    name: str
    campaign: Campaign
    file: str


def campaign_names() -> tuple[str, ...]:
    """Names of the campaigns that come with Stuntcard."""
    return tuple(sorted(path.stem for path in _directory().glob("*.yaml")))


def load_campaign(name: str, *, files_too: bool = False, given: Collection[str] = ()) -> NamedCampaign:
    """A campaign by its name, or by the path of a YAML file. Raises CampaignError, or OSError.

    `files_too`: a file that it names beside itself, and that is not there, is a mistake; not so in the variables that
    get other values (`given`).
    """
    path = campaign_path(name)
    return replace(parse_campaign(read_text(path), str(path), files_too=files_too, given=given), file=name)


def campaign_path(name: str) -> Path:
    """The YAML file of a campaign's name, or of a path. Raises FileNotFoundError when it is neither."""
    if name in campaign_names():
        return _directory() / f"{name}.yaml"
    path = Path(name)
    if path.suffix in _SUFFIXES or os.sep in name:
        return path
    listing = instead_of(name, campaign_names(), "stuntcard campaign list")
    raise FileNotFoundError(f"there is no campaign '{name}'; {listing}")


def parse_campaign(raw: bytes, file: str, *, files_too: bool = False, given: Collection[str] = ()) -> NamedCampaign:
    """The campaign in a YAML text; `file` is its path, for messages and for files beside it. Raises CampaignError."""
    document, folder = Document("campaign", file, CampaignError), Path(file).parent
    written = document.read(raw, Campaign, _cross_check)
    campaign = _found(written, folder)
    missing = missing_files(written, folder) if files_too else ()
    others = (one for one in missing if one.path not in {("variables", name) for name in given})
    findings = (*check_cards_expected(campaign), *others)
    if findings:
        raise document.error(findings)
    return NamedCampaign(Path(file).stem, campaign, file)


def with_variables(named: NamedCampaign, values: dict[str, str]) -> NamedCampaign:
    """The campaign with other values for its variables; files are seen from here. Raises ValueError for others."""
    for name in values:
        if name not in named.campaign.variables:
            known = ", ".join(named.campaign.variables) or "none"
            raise ValueError(f"{named.name} has no variable '{name}'; it has: {known}")
    seen = {name: seen_from(Path(), value) for name, value in values.items()}
    variables = {**named.campaign.variables, **seen}
    return replace(named, campaign=named.campaign.model_copy(update={"variables": variables}))


def _found(campaign: Campaign, folder: Path) -> Campaign:
    """With the names that patterns among the scenarios stand for, and files seen from the campaign's own."""
    scenarios = [_beside(name, folder) for pattern in campaign.scenarios for name in _scenarios(pattern)]
    cards = tuple(_beside(card, folder) for card in campaign.cards)
    named = {"scenarios": tuple(dict.fromkeys(scenarios)), "cards": cards}
    return with_files_beside(campaign.model_copy(update=named), folder)


def _beside(name: str, folder: Path) -> str:
    return str(folder / name) if Path(name).suffix in _SUFFIXES and not is_stored(name) else name


def _scenarios(pattern: str) -> list[str]:
    return [name for name in scenario_names() if fnmatchcase(name, pattern)] if "*" in pattern else [pattern]


def _cross_check(campaign: Campaign) -> Iterator[Finding]:
    yield from _check_subjects(campaign)
    yield from _check_faults(campaign)
    for client in campaign.clients:
        if campaign.tasks and campaign.clients[client].command:
            message = "it has a `command`, and the campaign `tasks`: not both; leave out one of them"
            yield Finding(("clients", client, "command"), message)
        elif not campaign.tasks and not campaign.clients[client].command:
            yield Finding(("clients", client), "give it a `command`, or the campaign `tasks` for all of its clients")
    known = {*NAMES, *campaign.variables}
    for path, text in _texts(campaign):
        for name in placeholders_in(text):
            if name not in known and not name.startswith("code:"):
                yield Finding(path, f"{{{name}}} stands for nothing; there are: {', '.join(sorted(known))}, code:NAME")
    for path, pattern in _patterns(campaign):
        try:
            re.compile(pattern)
        except re.error as error:
            yield Finding(path, f"{pattern!r} is no pattern: {error}")


def _check_subjects(campaign: Campaign) -> Iterator[Finding]:
    if not campaign.cards and not campaign.scenarios:
        yield Finding((), "it has no card; give `cards`, `scenarios`, or both")
    for index, card in enumerate(campaign.cards):
        try:
            check_card(card)
        except (FileNotFoundError, StoreError) as error:
            yield Finding(("cards", index), str(error))
    for index, scenario in enumerate(campaign.scenarios):
        try:
            for name in _scenarios(scenario):
                scenario_path(name)
        except FileNotFoundError as error:
            yield Finding(("scenarios", index), str(error))
        if not _scenarios(scenario):
            yield Finding(("scenarios", index), f"no scenario is called like {scenario}; see `stuntcard scenario list`")
    if any(task.shown_by for task in campaign.tasks.values()) and campaign.cards:
        yield Finding(
            ("cards",), "a card without a scenario is shown by no commands; leave the cards out, or `shown_by`"
        )


def _check_faults(campaign: Campaign) -> Iterator[Finding]:
    for index, fault in enumerate(campaign.faults):
        for text in rules_in(fault):
            try:
                if isinstance(fault, EachCommand) and _EACH.search(text):
                    raise FaultError("it is for each command in turn; leave out nth, from, every and probability")
                parse_rule(text)
            except FaultError as error:
                yield Finding(("faults", index), f'"{text}": {error}')


def rules_in(fault: str | tuple[str, ...] | EachCommand) -> tuple[str, ...]:
    """The rules that an entry of `faults` has."""
    if isinstance(fault, EachCommand):
        return fault.each_command
    return () if fault == NO_FAULT else (fault,) if isinstance(fault, str) else fault


def _texts(campaign: Campaign) -> Iterator[tuple[KeyPath, str]]:
    """All texts that may have placeholders, with their places."""
    for name, client in campaign.clients.items():
        at: KeyPath = ("clients", name)
        yield from ((at, text) for text in (client.root, client.module, client.version, *client.path) if text)
        yield from ((at, text) for text in client.environment.values())
        yield from ((at, step.run) for step in client.command)
    for name, task in campaign.tasks.items():
        yield from ((("tasks", name), step.run) for step in (*task.before, *task.run, *task.proof))
        yield from ((("tasks", name), text) for text in task.keys)


def _patterns(campaign: Campaign) -> Iterator[tuple[KeyPath, str]]:
    for path, expect in places_of_expect(campaign):
        yield from ((path, pattern) for pattern in (*expect.output, *expect.never))
    for name, task in campaign.tasks.items():
        for step in (*task.before, *task.run, *task.proof):
            yield from ((("tasks", name), pattern) for pattern in step.output)


def _directory() -> Path:
    return shipped_directory() / "campaigns"

"""What the `scenario` commands write: scenarios listed, shown and checked."""

from __future__ import annotations

import json
import sys
from typing import Literal

from stuntcard.messages import messages_in
from stuntcard.profile.load import profile_names
from stuntcard.running.scenarios import ScenarioRefusedError, built_card, load
from stuntcard.scenario.load import scenarios_found
from stuntcard.words.scenario import scenario_lines, scenario_object, summary, table_lines

ListForm = Literal["text", "json", "markdown"]


def listing(profile: str | None, language: str, form: ListForm) -> str:
    """The scenarios that are found by their names, of one profile or all. Raises ScenarioRefusedError."""
    messages = messages_in(language)
    if profile is not None and profile not in profile_names():
        profiles = ", ".join(profile_names())
        raise ScenarioRefusedError(messages.text("target-unknown", target=profile, profiles=profiles))
    good, bad = scenarios_found()
    for name in bad:
        print(messages.text("scenario-unusable", name=name), file=sys.stderr)
    found = [named for named in good if profile in (None, named.profile.id)]
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
        return json.dumps(scenario_object(named, built, messages), indent=2, ensure_ascii=False)
    return "\n".join(scenario_lines(named, built, messages))


def checked(name: str, language: str) -> str:
    """That a scenario is good, its state one that a card comes to. Raises ScenarioRefusedError, or DocumentError."""
    messages = messages_in(language)
    named = load(name)
    built_card(named, messages)
    return messages.text("scenario-good", file=name, card=named.profile.name)

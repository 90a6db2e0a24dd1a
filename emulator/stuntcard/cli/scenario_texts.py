"""What the `scenario` commands write: scenarios shown and checked."""

from __future__ import annotations

import json

from stuntcard.messages import messages_in
from stuntcard.running.scenarios import built_card, load
from stuntcard.words.scenario import scenario_lines, scenario_object


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

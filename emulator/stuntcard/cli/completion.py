"""What the shell offers where a command wants a name. Who asks for it waits for nothing but names."""

from __future__ import annotations


def complete_profile(incomplete: str) -> list[str]:
    """Ids of profiles."""
    from stuntcard.profile.load import profile_names

    return _beginning_with(incomplete, profile_names())


def complete_scenario(incomplete: str) -> list[str]:
    """Names of scenarios."""
    from stuntcard.scenario.load import scenario_names

    return _beginning_with(incomplete, scenario_names())


def complete_applet(incomplete: str) -> list[str]:
    """Names of command sets."""
    from stuntcard.applets.registry import CHOICES

    return _beginning_with(incomplete, CHOICES)


def complete_exercise(incomplete: str) -> list[str]:
    """Names of exercises."""
    from stuntcard.exercises.load import exercise_names

    return _beginning_with(incomplete, exercise_names())


def complete_stored_card(incomplete: str) -> list[str]:
    """Names of stored cards; none where they can't be looked at."""
    from stuntcard.store.errors import StoreError
    from stuntcard.store.library import card_names

    try:
        return _beginning_with(incomplete, card_names())
    except StoreError:
        return []


def complete_card(incomplete: str) -> list[str]:
    """What can be put into a reader: profiles, card:NAME for stored cards, and nothing."""
    from stuntcard.running.plan import EMPTY, STORED

    stored = [f"{STORED}{name}" for name in complete_stored_card("")]
    return complete_profile(incomplete) + _beginning_with(incomplete, [*stored, EMPTY])


def complete_running_card(incomplete: str) -> list[str]:
    """What the cards that run are called by: their names, and where these are the same their directories'."""
    from stuntcard.control.client import running_cards

    try:
        cards = running_cards()
    except OSError:
        return []
    names = [card.name for card in cards]
    shown = [card.name if names.count(card.name) == 1 else card.directory.name for card in cards]
    return _beginning_with(incomplete, shown)


def _beginning_with(incomplete: str, names: list[str] | tuple[str, ...]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]

"""What the shell offers where a command wants a name. Who asks for it waits for nothing but names."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

_ASKED, _WORDS, _WORD = "_STUNTCARD_COMPLETE", "COMP_WORDS", "COMP_CWORD"
"""What the shell's own function says: which shell asks, the words, and the number of the one that is typed."""
_COLON = ":"


def asked_by_bash() -> bool:
    """Whether it is bash that asks for completions, and no command is meant."""
    return os.environ.get(_ASKED) == "complete_bash"


def complete_in_bash(commands: typer.Typer) -> None:
    """Completes where a colon stands in a word, which bash takes for two: it wants to hear what is behind the colon."""
    import io
    from contextlib import redirect_stdout

    typed, said = joined_at_colons(os.environ), io.StringIO()
    known = typed[: typed.rfind(_COLON) + 1]
    try:
        with redirect_stdout(said):
            commands()
    finally:
        for line in said.getvalue().splitlines():
            print(line.removeprefix(known))


def joined_at_colons(environment: MutableMapping[str, str]) -> str:
    """Puts the words together that bash broke at colons (COMP_WORDBREAKS); gives the one that is typed.

    It is empty where nothing was broken.
    """
    parts, number = environment.get(_WORDS, "").split("\n"), environment.get(_WORD, "")
    if not (any(map(_is_colon, parts)) and number.isdecimal()):
        return ""
    words, places = list[str](), list[int]()
    broken = False
    for part in parts:
        if words and part and (broken or _is_colon(part)):
            words[-1] += part
        else:
            words.append(part)
        broken = _is_colon(part)
        places.append(len(words) - 1)
    place = places[int(number)] if int(number) < len(places) else len(words)
    environment.update({_WORDS: "\n".join(words), _WORD: str(place)})
    return words[place] if place < len(words) else ""


def _is_colon(part: str) -> bool:
    return set(part) == {_COLON}


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

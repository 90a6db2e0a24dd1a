"""What the shell offers where a command wants a name. Who asks for it waits for nothing but names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, MutableMapping
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from stuntcard.profile.model import Profile

_ASKED, _WORDS, _WORD = "_STUNTCARD_COMPLETE", "COMP_WORDS", "COMP_CWORD"
"""What the shell's own function says: which shell asks, the words, and the number of the one that is typed."""
_BREAKS = ":="
"""Where bash takes one word for several (COMP_WORDBREAKS), and a value of ours has parts."""


def asked_by_bash() -> bool:
    """Whether it is bash that asks for completions, and no command is meant."""
    return os.environ.get(_ASKED) == "complete_bash"


def complete_in_bash(commands: typer.Typer) -> None:
    """Completes words that bash takes for several: it wants to hear what is behind the last place where it broke."""
    import io
    from contextlib import redirect_stdout

    typed, said = joined_where_broken(os.environ), io.StringIO()
    value = typed.partition("=")[2] if typed.startswith("-") else typed  # of --OPTION=VALUE, the value is completed
    known = value[: max(map(value.rfind, _BREAKS)) + 1]
    try:
        with redirect_stdout(said):
            commands()
    finally:
        for line in said.getvalue().splitlines():
            print(line.removeprefix(known))


def joined_where_broken(environment: MutableMapping[str, str]) -> str:
    """Puts the words together that bash broke at : and = (COMP_WORDBREAKS); gives the one that is typed.

    It is empty where nothing was broken.
    """
    parts, number = environment.get(_WORDS, "").split("\n"), environment.get(_WORD, "")
    if not (any(map(_is_break, parts)) and number.isdecimal()):
        return ""
    words, places = list[str](), list[int]()
    broken = False
    for part in parts:
        if words and part and (broken or _is_break(part)):
            words[-1] += part
        else:
            words.append(part)
        broken = _is_break(part)
        places.append(len(words) - 1)
    place = places[int(number)] if int(number) < len(places) else len(words)
    environment.update({_WORDS: "\n".join(words), _WORD: str(place)})
    return words[place] if place < len(words) else ""


def _is_break(part: str) -> bool:
    return bool(part) and set(part) <= set(_BREAKS)


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


# Values that have parts, such as APPLET:AREA: what can stand there depends on the cards of the same line


def complete_named_card(incomplete: str) -> list[str]:
    """A card, or NAME=CARD."""
    name, equals, card = incomplete.partition("=")
    return [f"{name}={one}" for one in complete_card(card)] if equals else complete_card(incomplete)


def complete_card_at_rest_or_running(incomplete: str) -> list[str]:
    """Cards that run, and card:NAME for stored ones."""
    from stuntcard.running.plan import STORED

    stored = (f"{STORED}{name}" for name in complete_stored_card(""))
    return complete_running_card(incomplete) + _beginning_with(incomplete, stored)


def complete_applet_of_cards(ctx: typer.Context, incomplete: str) -> list[str]:
    """Command sets, with the areas that each shows of the cards of this line; and of several cards, NAME:APPLET."""
    from stuntcard.applets.registry import CHOICES, areas_shown

    before, value = _after_name(ctx, incomplete)
    applet, colon, _ = value.partition(":")
    if not colon and applet not in CHOICES:
        return [before + one for one in _beginning_with(value, CHOICES)]
    areas = [area for profile in _profiles_meant(ctx) for area in areas_shown(profile, applet)]
    with_areas = [f"{applet}:{area}" for area in dict.fromkeys(areas)]
    return [before + one for one in _beginning_with(value, [applet, *with_areas])]


def complete_scenario_of_cards(ctx: typer.Context, incomplete: str) -> list[str]:
    """Scenarios; and of several cards, NAME:SCENARIO."""
    before, value = _after_name(ctx, incomplete)
    return [before + one for one in complete_scenario(value)]


def complete_trait(ctx: typer.Context, incomplete: str) -> list[str]:
    """What can be said of a card, such as pin=blocked; behind a comma, one thing more."""
    from stuntcard.profile.model import CodeStatus
    from stuntcard.words.state import DEAD, LOST, PART, WHOLE

    *said, last = incomplete.split(",")
    offered = list[str]()
    for profile in _profiles_meant(ctx):
        offered += [f"{code}={status}" for code in profile.codes for status in CodeStatus]
        offered += [f"{PART}{part}={fate}" for part in profile.parts for fate in (LOST, WHOLE)]
        offered += [f"{area}={number}" for area in profile.areas for number in (0, 1)]
        offered.append(f"card={DEAD}")
    before = "".join(f"{one}," for one in said)
    return [before + one for one in _beginning_with(last, dict.fromkeys(offered))]


def complete_actor(ctx: typer.Context, incomplete: str) -> list[str]:
    """Who can act on the card of this line."""
    return _beginning_with(incomplete, [actor for profile in _profiles_meant(ctx) for actor in profile.actors])


def complete_act(ctx: typer.Context, incomplete: str) -> list[str]:
    """What the actor of this line can do."""
    who = ctx.params.get("actor")
    actors = (profile.actors.get(str(who)) for profile in _profiles_meant(ctx))
    return _beginning_with(incomplete, [act for actor in actors if actor is not None for act in actor.acts])


def _after_name(ctx: typer.Context, incomplete: str) -> tuple[str, str]:
    """A card's name with its colon, where one of this line's is typed; and what stands behind it."""
    from stuntcard.running.plan import plan_of

    names = {plan_of(word).name or word for word in _words(ctx, "cards")}
    name, colon, value = incomplete.partition(":")
    return (f"{name}:", value) if colon and name in names else ("", incomplete)


def _profiles_meant(ctx: typer.Context) -> Iterator[Profile]:
    """The profiles of the cards that stand in this line, as far as they can be had at once."""
    from stuntcard.profile.load import ProfileError, load_profile
    from stuntcard.running.plan import STORED, plan_of
    from stuntcard.scenario.load import load_scenario
    from stuntcard.store.errors import StoreError
    from stuntcard.store.library import read_card

    running = _running()
    for word in _words(ctx, "cards", "card", "target", "scenario"):
        card = str(plan_of(word).card)
        try:
            if card.startswith(STORED):
                yield read_card(card.removeprefix(STORED)).profile
            elif card in running:
                yield load_profile(running[card])
            elif card in complete_profile(""):
                yield load_profile(card)
            elif (name := card.rpartition(":")[2]) in complete_scenario(""):
                yield load_scenario(name).profile
        except (ProfileError, StoreError, OSError):
            continue


def _running() -> dict[str, str]:
    """The profiles of the cards that run, by all that these are called."""
    from stuntcard.control.client import running_cards

    try:
        cards = running_cards()
    except OSError:
        return {}
    with_cards = [card for card in cards if card.status]
    return {called: str(card.status["profile"]) for card in with_cards for called in (card.directory.name, card.name)}


def _words(ctx: typer.Context, *parameters: str) -> Iterator[str]:
    yield from ctx.args  # arguments, where the option that is completed has no value yet
    for parameter in parameters:
        given = ctx.params.get(parameter)
        yield from [given] if isinstance(given, str) else (word for word in given or () if isinstance(word, str))


def _beginning_with(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]

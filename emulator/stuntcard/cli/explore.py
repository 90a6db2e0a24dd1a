"""The `explore` command: walks all that can become of cards, checks their profiles' claims, draws pictures."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

from stuntcard.pictures.draw import WRITERS
from stuntcard.pictures.graph import GraphError, picture
from stuntcard.policy.claims import Judgement
from stuntcard.policy.explore import Exploration, Loss, explore
from stuntcard.policy.moves import Move
from stuntcard.policy.walk import TooManyStatesError, Walk, walk
from stuntcard.profile.model import Profile
from stuntcard.words.exploration import (
    ability_in_words,
    move_briefly,
    move_in_words,
    part_lost_in_words,
    state_in_words,
    status_in_words,
)

Report = dict[str, object]

BROKEN = 1
_FINAL_STATES_SHOWN = 3


class ExploreError(ValueError):
    """What was asked can't be done; the message says why."""


def explore_command(profiles: Sequence[Profile], *, as_json: bool) -> tuple[str, int]:
    """What was found, as text for people or JSON, and the exit status: 1 when a claim is broken.

    Several profiles are walked side by side, on as many processors as there are. Raises ExploreError.
    """
    try:
        if len(profiles) == 1:
            found = [_found(profiles[0])]
        else:
            with ProcessPoolExecutor(min(len(profiles), os.cpu_count() or 1)) as pool:
                found = list(pool.map(_found, profiles))
    except TooManyStatesError as error:
        raise ExploreError(f"{error}; its tries and places are too many to walk them all") from error
    status = 0 if all(one.held for one in found) else BROKEN
    if as_json:
        return json.dumps([one.report for one in found], indent=2, ensure_ascii=False), status
    return "\n\n".join(one.text for one in found), status


@dataclass(frozen=True, slots=True)
class _Found:
    """What one process tells another; the walk itself is large and stays where it is."""

    report: Report
    text: str
    held: bool


def _found(profile: Profile) -> _Found:
    walked, found = explore(profile)
    return _Found(_report(walked, found), "\n".join(_text(walked, found)), found.held)


def draw_command(profile: Profile, of: str, file: Path) -> None:
    """Draws the life of `code:NAME`, `part:NAME` or `card` into a file. Raises ExploreError, or OSError."""
    write = WRITERS.get(file.suffix.lower())
    if write is None:
        raise ExploreError(f"{file}: can't be drawn; expected a name that ends in {', '.join(WRITERS)}")
    try:
        drawn = write(picture(walk(profile), of))
    except (GraphError, TooManyStatesError) as error:
        raise ExploreError(str(error)) from error
    file.write_text(drawn, encoding="utf-8")


def _report(walked: Walk, found: Exploration) -> Report:
    """All that was found out of a profile, in values that JSON knows."""
    profile = found.profile
    return {
        "profile": profile.id,
        "name": profile.name,
        "states": found.states,
        "transitions": found.transitions,
        "final_states": {
            "count": len(found.final_states),
            "nearest": _nearest_final_states(walked, found),
        },
        "never_left": _never_left(found),
        "usable": [
            {"area": profile.areas[use.area].name, "now": use.now, "later": use.later, "never": use.never}
            for use in found.usability
        ],
        "useless": found.useless,
        "lost_for_good": [_loss(profile, loss) for loss in found.losses],
        "claims": [_claim(walked, judgement) for judgement in found.judgements],
    }


def _loss(profile: Profile, loss: Loss) -> Report:
    return {
        "what": [ability_in_words(profile, *ability) for ability in loss.abilities],
        "transitions": loss.transitions,
        "by": _said_once(profile, loss.by),
        "soonest": [move_in_words(profile, move) for move in loss.way],
    }


def _claim(walked: Walk, judgement: Judgement) -> Report:
    profile, counterexample = walked.profile, judgement.counterexample
    told: Report = {
        "says": judgement.claim.says,
        "source": list(judgement.claim.source),
        "states": judgement.states,
        "held": judgement.held,
    }
    if counterexample is not None:
        told["path"] = [move_in_words(profile, move) for move in counterexample.moves]
        told["state"] = state_in_words(profile, walked.state(counterexample.state))
    return told


def _nearest_final_states(walked: Walk, found: Exploration) -> list[str]:
    said = (state_in_words(found.profile, walked.state(number)) for number in found.final_states)
    return list(islice(dict.fromkeys(said), _FINAL_STATES_SHOWN))


def _never_left(found: Exploration) -> list[str]:
    profile = found.profile
    codes = [f"{profile.codes[code].name} {status_in_words(status)}" for code, status in found.settled]
    return codes + [part_lost_in_words(profile, part) for part in found.lost_for_good]


def _said_once(profile: Profile, moves: Sequence[Move]) -> list[str]:
    return list(dict.fromkeys(move_in_words(profile, move) for move in moves))


def _text(walked: Walk, found: Exploration) -> Iterator[str]:
    profile = found.profile
    yield f"{profile.name}: {found.states} states, {found.transitions} transitions"
    yield f"  Nothing changes any more in {_states(len(found.final_states))}"
    for state in _nearest_final_states(walked, found):
        yield f"    such as: {state}"
    yield f"  Never left: {', '.join(_never_left(found)) or 'nothing'}"
    for use in found.usability:
        name = profile.areas[use.area].name
        yield f"  Keys in '{name}': usable in {use.now}, later in {use.later}, never again in {_states(use.never)}"
    yield f"  No key can ever be used again in {_states(found.useless)}"
    for loss in found.losses:
        yield f"  Lost for good: {'; '.join(ability_in_words(profile, *ability) for ability in loss.abilities)}"
        yield f"    by: {', '.join(dict.fromkeys(move_briefly(profile, move) for move in loss.by))}"
        yield f"    soonest with move {len(loss.way)}; in {loss.transitions} transitions"
    held = sum(judgement.held for judgement in found.judgements)
    yield f"  Claims held: {held} of {len(found.judgements)}"
    for judgement in found.judgements:
        yield from _claim_in_text(walked, judgement)


def _states(count: int) -> str:
    return "1 state" if count == 1 else f"{count} states"


def _claim_in_text(walked: Walk, judgement: Judgement) -> Iterator[str]:
    profile, counterexample = walked.profile, judgement.counterexample
    sources = f" [{', '.join(judgement.claim.source)}]" if judgement.claim.source else ""
    if judgement.held:
        yield f"    held    {judgement.claim.says}{sources}"
        return
    yield f"    BROKEN  {judgement.claim.says}{sources}"
    if counterexample is None:
        yield "            no state that can be reached is of the kind that the claim speaks of"
        return
    yield "            the shortest way there:"
    for move, times in _runs(profile, counterexample.moves):
        yield f"            - {move}" + (f", {times} times" if times > 1 else "")
    yield f"            and then: {state_in_words(profile, walked.state(counterexample.state))}"


def _runs(profile: Profile, moves: Sequence[Move]) -> Iterator[tuple[str, int]]:
    """The moves in words, one after the other, alike ones in a row told once with their number."""
    for words, run in groupby(move_in_words(profile, move) for move in moves):
        yield words, sum(1 for _ in run)

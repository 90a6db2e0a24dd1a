"""What the explorer found of a card, told in lines, or in values that JSON knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice

from stuntcard.policy.claims import Judgement
from stuntcard.policy.explore import Exploration, Loss
from stuntcard.policy.moves import Move
from stuntcard.policy.walk import Walk
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

_FINAL_STATES_SHOWN = 3


def exploration_object(walked: Walk, found: Exploration) -> Report:
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


def exploration_lines(walked: Walk, found: Exploration) -> Iterator[str]:
    """All that was found out of a profile, line by line."""
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

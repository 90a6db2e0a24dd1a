"""What the explorer found of a card, told in lines, or in values that JSON knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice

from stuntcard.messages import Messages
from stuntcard.policy.claims import Judgement
from stuntcard.policy.explore import Exploration, Loss
from stuntcard.policy.moves import Move
from stuntcard.policy.walk import Walk
from stuntcard.profile.model import Profile
from stuntcard.words.exploration import (
    ability_in_words,
    code_in_words,
    move_briefly,
    move_in_words,
    part_lost_in_words,
    state_in_words,
)

Report = dict[str, object]

_FINAL_STATES_SHOWN = 3
_INDENT = " " * 12


def exploration_object(walked: Walk, found: Exploration, messages: Messages) -> Report:
    """All that was found out of a profile, in values that JSON knows."""
    profile = found.profile
    return {
        "profile": profile.id,
        "name": profile.name,
        "states": found.states,
        "transitions": found.transitions,
        "final_states": {
            "count": len(found.final_states),
            "nearest": _nearest_final_states(walked, found, messages),
        },
        "never_left": _never_left(found, messages),
        "usable": [
            {
                "area": messages.of(profile.areas[use.area].name),
                "now": use.now,
                "later": use.later,
                "never": use.never,
            }
            for use in found.usability
        ],
        "useless": found.useless,
        "lost_for_good": [_loss(profile, loss, messages) for loss in found.losses],
        "claims": [_claim(walked, judgement, messages) for judgement in found.judgements],
    }


def _loss(profile: Profile, loss: Loss, messages: Messages) -> Report:
    return {
        "what": [ability_in_words(profile, *ability, messages) for ability in loss.abilities],
        "transitions": loss.transitions,
        "by": list(dict.fromkeys(_moves(profile, loss.by, messages))),
        "soonest": _moves(profile, loss.way, messages),
    }


def _claim(walked: Walk, judgement: Judgement, messages: Messages) -> Report:
    profile, counterexample = walked.profile, judgement.counterexample
    told: Report = {
        "says": messages.of(judgement.claim.says),
        "source": list(judgement.claim.source),
        "states": judgement.states,
        "held": judgement.held,
    }
    if counterexample is not None:
        told["path"] = _moves(profile, counterexample.moves, messages)
        told["state"] = state_in_words(profile, walked.state(counterexample.state), messages)
    return told


def _moves(profile: Profile, moves: Sequence[Move], messages: Messages) -> list[str]:
    return [move_in_words(profile, move, messages) for move in moves]


def _nearest_final_states(walked: Walk, found: Exploration, messages: Messages) -> list[str]:
    said = (state_in_words(found.profile, walked.state(number), messages) for number in found.final_states)
    return list(islice(dict.fromkeys(said), _FINAL_STATES_SHOWN))


def _never_left(found: Exploration, messages: Messages) -> list[str]:
    profile = found.profile
    codes = [code_in_words(profile, code, status, messages) for code, status in found.settled]
    return codes + [part_lost_in_words(profile, part, messages) for part in found.lost_for_good]


def exploration_lines(walked: Walk, found: Exploration, messages: Messages) -> Iterator[str]:
    """All that was found out of a profile, line by line."""
    profile, text, counted = found.profile, messages.text, messages.counted
    yield text("explored", card=profile.name, states=found.states, transitions=found.transitions)
    yield f"  {counted('explored-final', len(found.final_states))}"
    for state in _nearest_final_states(walked, found, messages):
        yield f"    {text('explored-such-as', state=state)}"
    never = ", ".join(_never_left(found, messages)) or text("explored-nothing")
    yield f"  {text('explored-never-left', what=never)}"
    for use in found.usability:
        area = messages.of(profile.areas[use.area].name)
        yield f"  {counted('explored-keys', use.never, area=area, now=use.now, later=use.later)}"
    yield f"  {counted('explored-useless', found.useless)}"
    for loss in found.losses:
        yield from _loss_lines(profile, loss, messages)
    held = sum(judgement.held for judgement in found.judgements)
    yield f"  {text('explored-claims', held=held, number=len(found.judgements))}"
    for judgement in found.judgements:
        yield from _claim_lines(walked, judgement, messages)


def _loss_lines(profile: Profile, loss: Loss, messages: Messages) -> Iterator[str]:
    what = "; ".join(ability_in_words(profile, *ability, messages) for ability in loss.abilities)
    moves = ", ".join(dict.fromkeys(move_briefly(profile, move, messages) for move in loss.by))
    yield f"  {messages.text('explored-loss', what=what)}"
    yield f"    {messages.text('explored-loss-by', moves=moves)}"
    yield f"    {messages.counted('explored-loss-soonest', loss.transitions, move=len(loss.way))}"


def _claim_lines(walked: Walk, judgement: Judgement, messages: Messages) -> Iterator[str]:
    profile, counterexample = walked.profile, judgement.counterexample
    sources = f" [{', '.join(judgement.claim.source)}]" if judgement.claim.source else ""
    verdicts = [messages.text(key) for key in ("claim-held", "claim-broken")]
    verdict = verdicts[0 if judgement.held else 1].ljust(max(map(len, verdicts)))
    yield f"    {verdict}  {messages.of(judgement.claim.says)}{sources}"
    if judgement.held:
        return
    if counterexample is None:
        yield _INDENT + messages.text("claim-no-such-state")
        return
    yield _INDENT + messages.text("claim-way")
    for move, run in groupby(_moves(profile, counterexample.moves, messages)):
        times = sum(1 for _ in run)
        yield f"{_INDENT}- {messages.counted('claim-times', times, move=move) if times > 1 else move}"
    state = state_in_words(profile, walked.state(counterexample.state), messages)
    yield _INDENT + messages.text("claim-then", state=state)

"""The way by which a card came to a state, in words."""

from __future__ import annotations

from stuntcard.messages import Messages
from stuntcard.policy.described import Stage
from stuntcard.policy.moves import Move
from stuntcard.profile.model import ActionKind, Profile

_TOLD = {True: "set-way-told", False: "set-way-told-wrongly"}
_SET = {True: "set-way-set", False: "set-way-set-wrongly"}
_GIVEN = {True: "set-way-given", False: "set-way-given-wrongly"}
_CHANGED = {True: "set-way-changed", False: "set-way-changed-wrongly"}
"""Each as it is said where the value given is the right one, and where it is not."""


def stage_in_words(profile: Profile, stage: Stage, messages: Messages) -> str:
    """What was done, in words: `PIN given wrongly, 3 times`."""
    if stage.move is None:
        return ""
    done = _done(profile, stage.move, messages)
    return done if stage.times == 1 else messages.counted("claim-times", stage.times, move=done)


def _done(profile: Profile, move: Move, messages: Messages) -> str:
    action = move.action
    code = messages.of(profile.codes[action.code].name) if action.code is not None else ""
    if action.act is not None:
        actor = profile.actors[move.who]
        said = {"actor": messages.of(actor.name), "act": messages.of(actor.acts[action.act].about)}
        return messages.text(_TOLD[move.right], code=code, **said) if code else messages.text("set-way-act", **said)
    if action.by is not None:
        return messages.text(_SET[move.right], code=code, by=messages.of(profile.codes[action.by].name))
    way = _GIVEN if action.kind is ActionKind.LOG_IN else _CHANGED
    return messages.text(way[move.right], code=code)

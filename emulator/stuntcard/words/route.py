"""The way by which a card came to a state, in words."""

from __future__ import annotations

from stuntcard.policy.described import Stage
from stuntcard.profile.model import ActionKind, Profile


def stage_in_words(profile: Profile, stage: Stage) -> str:
    """What was done, in words: `PIN given wrongly, 3 times`."""
    if stage.move is None:
        return ""
    action, right = stage.move.action, stage.move.right
    name = profile.codes[action.code].name if action.code is not None else ""
    if action.act is not None:
        actor = profile.actors[stage.move.who]
        text = f"{actor.name.en} {actor.acts[action.act].about.en}"
        text += f", with {name} told {'rightly' if right else 'wrongly'}" if name else ""
    elif action.by is not None:
        text = f"{name} set with {'' if right else 'a wrong '}{profile.codes[action.by].name}"
    else:
        text = f"{name} {'given' if action.kind is ActionKind.LOG_IN else 'changed'}{'' if right else ' wrongly'}"
    return text if stage.times == 1 else f"{text}, {stage.times} times"

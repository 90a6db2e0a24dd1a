"""Moves, abilities and states in words, for whoever looks at what the explorer found."""

from __future__ import annotations

from stuntcard.messages import Messages
from stuntcard.policy.moves import HOLDER, Action, ActionKind, Move
from stuntcard.policy.state import State
from stuntcard.profile.model import CARD, CodeStatus, Profile

_MOVES = {
    ActionKind.LOG_IN: "move-log-in",
    ActionKind.CHANGE: "move-change",
    ActionKind.SET: "move-set",
    ActionKind.USE_KEY: "move-use-key",
    ActionKind.MAKE_KEY: "move-make-key",
    ActionKind.IMPORT_KEY: "move-import-key",
    ActionKind.BREAK_OFF: "move-break-off",
    ActionKind.CLEAR_KEY: "move-clear-key",
    ActionKind.STORE_CERTIFICATE: "move-store-certificate",
    ActionKind.DELETE_CERTIFICATE: "move-delete-certificate",
    ActionKind.DELETE_KEY: "move-delete-key",
}
_WRONG_MOVES = {
    ActionKind.LOG_IN: "move-log-in-wrong",
    ActionKind.CHANGE: "move-change-wrong",
    ActionKind.SET: "move-set-wrong",
}
_ABILITIES = {
    ActionKind.LOG_IN: "ability-log-in",
    ActionKind.CHANGE: "ability-change",
    ActionKind.SET: "ability-set",
    ActionKind.USE_KEY: "ability-use-key",
    ActionKind.MAKE_KEY: "ability-make-key",
    ActionKind.IMPORT_KEY: "ability-import-key",
    ActionKind.BREAK_OFF: "ability-break-off",
    ActionKind.CLEAR_KEY: "ability-clear-key",
    ActionKind.STORE_CERTIFICATE: "ability-store-certificate",
    ActionKind.DELETE_CERTIFICATE: "ability-delete-certificate",
    ActionKind.DELETE_KEY: "ability-delete-key",
}
_BRIEFLY = {ActionKind.LOG_IN: "brief-right", ActionKind.CHANGE: "brief-change", ActionKind.SET: "brief-set"}
_STATUSES = {
    CodeStatus.NOT_SET: "code-not-set",
    CodeStatus.SET: "code-set",
    CodeStatus.BLOCKED: "code-blocked",
}


def move_in_words(profile: Profile, move: Move, messages: Messages) -> str:
    """Who does what, as a sentence without its full stop."""
    return messages.text("move", who=_who(profile, move.who, messages), what=action_in_words(profile, move, messages))


def action_in_words(profile: Profile, move: Move, messages: Messages) -> str:
    """What is done, without who does it."""
    action = move.action
    values = _values(profile, action, messages)
    if action.kind is ActionKind.ACT:
        about = messages.of(profile.actors[move.who].acts[str(action.act)].about)
        return about if move.right else messages.text("move-act-wrong", act=about, **values)
    return messages.text((_MOVES if move.right else _WRONG_MOVES)[action.kind], **values)


def move_briefly(profile: Profile, move: Move, messages: Messages, *, last: bool = False) -> str:
    """A move for the label of an arrow; `last`: a wrong value there is the last that a code takes."""
    action = move.action
    if not move.right:
        code = _code(profile, action.by or action.code, messages)
        return messages.text("brief-last-wrong" if last else "brief-wrong", code=code)
    if action.kind is ActionKind.ACT:
        actor = profile.actors[move.who]
        act = messages.of(actor.name_of_act(str(action.act)))
        return messages.text("brief-act", who=messages.of(actor.name), act=act)
    if action.kind in _BRIEFLY:
        return messages.text(_BRIEFLY[action.kind], **_values(profile, action, messages))
    return action_in_words(profile, move, messages)


def ability_in_words(profile: Profile, who: str, action: Action, messages: Messages) -> str:
    """Something that a card can do for somebody, as a noun."""
    if action.kind is ActionKind.ACT:
        act = messages.of(profile.actors[who].name_of_act(str(action.act)))
        return messages.text("ability-act", act=act, who=_who(profile, who, messages))
    return messages.text(_ABILITIES[action.kind], **_values(profile, action, messages))


def state_in_words(profile: Profile, state: State, messages: Messages) -> str:
    """Every code with its tries, the keys of each area, and what is lost."""
    said = []
    for name, code in state.codes.items():
        if code.status is CodeStatus.SET:
            shown = _code(profile, name, messages)
            said.append(messages.text("code-left", code=shown, number=code.tries_left))
        else:
            said.append(code_in_words(profile, name, code.status, messages))
    for name, area in profile.areas.items():
        keys = sum(1 for item in state.items if item.area == name and item.key)
        said += [messages.counted("keys-stored", keys, area=messages.of(area.name))] if keys else []
    said += [part_lost_in_words(profile, part, messages) for part in sorted(state.lost)]
    return ", ".join(said)


def code_in_words(profile: Profile, code: str, status: CodeStatus, messages: Messages) -> str:
    """A code and its status."""
    return messages.text(_STATUSES[status], code=_code(profile, code, messages))


def part_lost_in_words(profile: Profile, part: str, messages: Messages) -> str:
    """That a part is lost, or the card dead."""
    if part == CARD:
        return messages.text("card-dead")
    return messages.text("part-lost", part=messages.of(profile.parts[part].name))


def _who(profile: Profile, who: str, messages: Messages) -> str:
    return messages.text("actor-holder") if who == HOLDER else messages.of(profile.actors[who].name)


def _code(profile: Profile, code: str | None, messages: Messages) -> str:
    return messages.of(profile.codes[code].name) if code is not None else ""


def _values(profile: Profile, action: Action, messages: Messages) -> dict[str, str]:
    """What the messages about an action may name."""
    return {
        "code": _code(profile, action.code, messages),
        "by": _code(profile, action.by, messages),
        "area": messages.of(profile.areas[action.area].name) if action.area is not None else "",
    }

"""Moves, abilities and states in plain English, for whoever looks at what the explorer found."""

from __future__ import annotations

from stuntcard.policy.moves import HOLDER, Action, ActionKind, Move
from stuntcard.policy.state import State
from stuntcard.profile.model import CARD, CodeStatus, Profile


def move_in_words(profile: Profile, move: Move) -> str:
    """Who does what, as a sentence without its full stop."""
    return f"{_who(profile, move.who)} {action_in_words(profile, move)}"


def action_in_words(profile: Profile, move: Move) -> str:
    """What is done, without who does it."""
    action, right = move.action, move.right
    code, by = _code(profile, action.code), _code(profile, action.by)
    match action.kind:
        case ActionKind.LOG_IN:
            return f"gives the right {code}" if right else f"gives a wrong {code}"
        case ActionKind.CHANGE:
            return f"changes {code}" if right else f"tries to change {code} with a wrong old one"
        case ActionKind.SET:
            return f"sets {code} with {by}" if right else f"tries to set {code} with a wrong {by}"
        case ActionKind.USE_KEY:
            return f"uses a key in the {_area(profile, action)}"
        case ActionKind.MAKE_KEY:
            return f"makes a key in the {_area(profile, action)}"
        case ActionKind.IMPORT_KEY:
            return f"brings a key into the {_area(profile, action)}"
        case ActionKind.BREAK_OFF:
            return f"makes a key in the {_area(profile, action)} and breaks off before it is listed"
        case ActionKind.CLEAR_KEY:
            return f"clears away a key left over in the {_area(profile, action)}"
        case ActionKind.STORE_CERTIFICATE:
            return f"stores a certificate for a key in the {_area(profile, action)}"
        case ActionKind.DELETE_CERTIFICATE:
            return f"deletes a certificate in the {_area(profile, action)}"
        case ActionKind.DELETE_KEY:
            return f"deletes a key in the {_area(profile, action)}"
        case ActionKind.ACT:
            about = profile.actors[move.who].acts[action.act or ""].about.en
            return about if right else f"{about} (a wrong {code} is told)"


def move_briefly(profile: Profile, move: Move) -> str:
    """A move for the label of an arrow."""
    action = move.action
    if not move.right:
        return f"wrong {_code(profile, action.by or action.code)}"
    match action.kind:
        case ActionKind.LOG_IN:
            return f"right {_code(profile, action.code)}"
        case ActionKind.CHANGE:
            return f"{_code(profile, action.code)} changed"
        case ActionKind.SET:
            return f"{_code(profile, action.code)} set with {_code(profile, action.by)}"
        case ActionKind.ACT:
            return f"{move.who}: {action.act}"
        case _:
            return action_in_words(profile, move)


def ability_in_words(profile: Profile, who: str, action: Action) -> str:
    """Something that a card can do for somebody, as a noun."""
    code = _code(profile, action.code)
    match action.kind:
        case ActionKind.LOG_IN:
            return f"{code} being taken"
        case ActionKind.CHANGE:
            return f"changing {code}"
        case ActionKind.SET:
            return f"setting {code} with {_code(profile, action.by)}"
        case ActionKind.ACT:
            return f"{action.act} by {profile.actors[who].name.en}"
        case ActionKind.BREAK_OFF:
            return f"making keys in the {_area(profile, action)} without listing them"
        case ActionKind.CLEAR_KEY:
            return f"clearing left-over keys away in the {_area(profile, action)}"
        case ActionKind.MAKE_KEY:
            return f"making keys in the {_area(profile, action)}"
        case ActionKind.IMPORT_KEY:
            return f"bringing keys into the {_area(profile, action)}"
        case ActionKind.USE_KEY:
            return f"using a key in the {_area(profile, action)}"
        case ActionKind.STORE_CERTIFICATE:
            return f"storing certificates in the {_area(profile, action)}"
        case ActionKind.DELETE_CERTIFICATE:
            return f"deleting certificates in the {_area(profile, action)}"
        case ActionKind.DELETE_KEY:
            return f"deleting keys in the {_area(profile, action)}"


def state_in_words(profile: Profile, state: State) -> str:
    """Every code with its tries, the keys of each area, and what is lost."""
    said = []
    for name, code in state.codes.items():
        left = f" ({code.tries_left} left)" if code.status is CodeStatus.SET else ""
        said.append(f"{profile.codes[name].name} {status_in_words(code.status)}{left}")
    for name in profile.areas:
        keys = sum(1 for item in state.items if item.area == name and item.key)
        said += [f"{keys} key{'s' if keys > 1 else ''} in the {_area_name(profile, name)}"] if keys else []
    said += [part_lost_in_words(profile, part) for part in sorted(state.lost)]
    return ", ".join(said)


def status_in_words(status: CodeStatus) -> str:
    """A code's status."""
    return status.value.replace("_", " ")


def part_lost_in_words(profile: Profile, part: str) -> str:
    """That a part is lost, or the card dead."""
    return "card dead" if part == CARD else f"{profile.parts[part].name} lost"


def _who(profile: Profile, who: str) -> str:
    return "the holder" if who == HOLDER else profile.actors[who].name.en


def _code(profile: Profile, code: str | None) -> str:
    return profile.codes[code].name if code is not None else ""


def _area(profile: Profile, action: Action) -> str:
    return _area_name(profile, action.area or "")


def _area_name(profile: Profile, area: str) -> str:
    name = profile.areas[area].name
    return name if "area" in name or "store" in name else f"area of {name}"

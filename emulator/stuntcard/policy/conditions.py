"""Whether a condition holds of one card: the language of claims, asked of a single state instead of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from stuntcard.policy.events import Verdict
from stuntcard.policy.moves import Action, apply, moves, perform
from stuntcard.policy.state import CodeState, Item, Origin, State
from stuntcard.policy.walk import Ability, ability
from stuntcard.profile.model import ActionKind, Bounds, ClaimedAction, Condition, Profile


@dataclass(frozen=True, slots=True)
class Seen:
    """One card, in all that conditions ask: its state, its keys' numbers, and the codes with the factory's value."""

    state: State
    keys: Mapping[str, int] = field(default_factory=dict)
    """By identifier in hexadecimal digits, the numbers of the keys that it had when it was first looked at.

    Without those that are gone: the law gives their numbers to others.
    """
    factory_values: frozenset[str] = frozenset()


def all_hold(profile: Profile, seen: Seen, conditions: Iterable[Condition]) -> bool:
    """Whether all the conditions hold."""
    return all(holds(profile, seen, condition) for condition in conditions)


def holds(profile: Profile, seen: Seen, condition: Condition) -> bool:
    """Whether a condition holds."""
    state = seen.state
    if condition.part is not None:
        return part_fits(condition, state.lost)
    if condition.code is not None:
        as_asked = condition.factory_value in (None, condition.code in seen.factory_values)
        return as_asked and code_fits(condition, state.codes[condition.code])
    if condition.area is not None:
        return area_fits(condition, state.items)
    if condition.key is not None:
        number = seen.keys.get(condition.key)
        return _item_status(state.item(number) if number is not None else None) in condition.is_
    if condition.can is not None:
        return _can(profile, state, condition.can)
    return all(apply(profile, state, move) == state for move in moves(profile, state))


def gone_from(state: State, keys: Mapping[str, int]) -> frozenset[str]:
    """The keys of which nothing is left in a state, not even a certificate."""
    numbers = {item.number for item in state.items}
    return frozenset(identifier for identifier, number in keys.items() if number not in numbers)


def part_fits(condition: Condition, lost: frozenset[str]) -> bool:
    """Whether a condition on a part holds."""
    return ("lost" if condition.part in lost else "alive") in condition.is_


def code_fits(condition: Condition, code: CodeState) -> bool:
    """Whether a condition on a code holds, but for what it asks of the code's value."""
    return (
        (not condition.is_ or code.status.value in condition.is_)
        and condition.tries in (None, code.tries_left)
        and condition.must_change in (None, code.must_change)
    )


def area_fits(condition: Condition, items: Iterable[Item]) -> bool:
    """Whether a condition on an area holds."""
    here = [item for item in items if item.area == condition.area]
    return (
        _is_as_many(condition.used, len(here))
        and _is_as_many(condition.paired, sum(item.paired for item in here))
        and _is_as_many(condition.unpaired, sum(item.key is not None and not item.certificate for item in here))
        and _is_as_many(condition.imported, sum(item.key is Origin.IMPORTED for item in here))
    )


def claimed_ability(profile: Profile, action: ClaimedAction) -> Ability:
    """The ability that an action which is spoken of names."""
    code = action.code
    if action.do is ActionKind.ACT and action.act is not None:
        code = profile.actors[action.who].acts[action.act].checks
    return action.who, Action(action.do, code, action.by, action.area, act=action.act)


def _is_as_many(asked: int | Bounds | None, found: int) -> bool:
    if asked is None:
        return True
    return asked.admit(found) if isinstance(asked, Bounds) else asked == found


def _item_status(item: Item | None) -> str:
    if item is None:
        return "gone"
    if item.key is None:
        return "certificate"
    return "paired" if item.certificate else "unpaired"


def _can(profile: Profile, state: State, action: ClaimedAction) -> bool:
    """Nobody can do anything with a wrong code."""
    asked = claimed_ability(profile, action)
    asking = (move for move in moves(profile, state) if move.right and ability(move) == asked)
    return not action.wrong and any(perform(profile, state, move)[1] is Verdict.DONE for move in asking)

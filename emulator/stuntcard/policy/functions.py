"""What a card is good for, and whether it is so in a given state: asked of the law, by trying it.

Pure, as all of `policy`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from stuntcard.policy.events import ActorActs, Change, Event, ResetCode, Verdict, Verify
from stuntcard.policy.law import codes_to_use
from stuntcard.policy.moves import Move, code_moves, content_moves, perform
from stuntcard.policy.state import State
from stuntcard.profile.model import ActionKind, CodeStatus, Profile


class Use(StrEnum):
    """What one can do with a part of a card."""

    USE_KEYS = "use-keys"
    """The keys of an area can be used; while there are none, the code that guards them can be given."""
    NEW_KEYS = "new-keys"
    """A key can be made in an area, and its certificate stored."""
    GIVE_CODE = "give-code"
    """A code that is not on the chip can be given to whoever checks it."""


@dataclass(frozen=True, slots=True)
class Function:
    """One thing that a card is good for. `name` is an area's, or with GIVE_CODE a code's, in the profile."""

    use: Use
    name: str


@dataclass(frozen=True, slots=True)
class Situation:
    """A card's state, and the codes that are set and that its holder knows no more."""

    state: State
    forgotten: frozenset[str] = frozenset()


def functions_of(profile: Profile) -> tuple[Function, ...]:
    """All that a card of this profile could be good for."""
    found = []
    for name, area in profile.areas.items():
        found.append(Function(Use.USE_KEYS, name))
        if area.create_with:
            found.append(Function(Use.NEW_KEYS, name))
    found += [Function(Use.GIVE_CODE, name) for name in profile.codes if name not in profile.codes_on_chip]
    return tuple(found)


def codes_needed(profile: Profile, state: State, function: Function) -> tuple[str, ...]:
    """The codes that a function takes; of using keys, those for the keys that there are."""
    match function.use:
        case Use.USE_KEYS:
            keys = (item for item in state.items if item.key and item.area == function.name)
            asked = (code for item in keys for code in codes_to_use(profile, item))
            return tuple(dict.fromkeys((profile.areas[function.name].guard, *asked)))
        case Use.NEW_KEYS:
            return profile.areas[function.name].create_with
        case Use.GIVE_CODE:
            return (function.name,)


def working(profile: Profile, situation: Situation) -> frozenset[Function]:
    """The functions that can be had at once, without any help."""
    return frozenset(function for function in functions_of(profile) if works(profile, situation, function))


def works(profile: Profile, situation: Situation, function: Function) -> bool:
    """Whether a function can be had at once, without any help."""
    state = situation.state
    match function.use:
        case Use.USE_KEYS:
            uses = _moves_in(profile, state, ActionKind.USE_KEY, function.name)
            guard = profile.areas[function.name].guard
            return any(done(profile, situation, move) for move in uses or _giving(profile, guard))
        case Use.NEW_KEYS:
            makes = _moves_in(profile, state, ActionKind.MAKE_KEY, function.name)
            return any(_certified_key_fits(profile, situation, move) for move in makes)
        case Use.GIVE_CODE:
            return any(done(profile, situation, move) for move in _giving(profile, function.name))


def done(profile: Profile, situation: Situation, move: Move) -> Situation | None:
    """What a move makes of a situation; None when the law refuses it, or a code that it takes is forgotten."""
    if not situation.forgotten.isdisjoint(codes_given(profile, move)):
        return None
    state, verdict = perform(profile, situation.state, move)
    if verdict is not Verdict.DONE:
        return None
    return Situation(state, _still_forgotten(profile, situation, move, state))


def codes_given(profile: Profile, move: Move) -> tuple[str, ...]:
    """The codes that have to be given in a move, in that order."""
    found = (code_given(profile, event) for event in move.events)
    return tuple(dict.fromkeys(code for code in found if code is not None))


def code_given(profile: Profile, event: Event) -> str | None:
    """The code that has to be given for an event, if there is one."""
    match event:
        case Verify(code=code) | Change(code=code) | ResetCode(by=code):
            return code
        case ActorActs(actor=actor, act=act):
            return profile.actors[actor].acts[act].checks
        case _:
            return None


def codes_set(profile: Profile, move: Move) -> tuple[str, ...]:
    """The codes that get a new value in a move."""
    return tuple(code for event in move.events for code in codes_set_by(profile, event))


def codes_set_by(profile: Profile, event: Event | None) -> tuple[str, ...]:
    """The codes that get a new value by an event."""
    match event:
        case Change(code=code) | ResetCode(code=code):
            return (code,)
        case ActorActs(actor=actor, act=act):
            return profile.actors[actor].acts[act].sets
        case _:
            return ()


def _still_forgotten(profile: Profile, situation: Situation, move: Move, after: State) -> frozenset[str]:
    """Who sets a code knows it; a code that is not set is nothing to be forgotten."""
    set_ = {code for code in situation.forgotten if after.codes[code].status is not CodeStatus.NOT_SET}
    return frozenset(set_.difference(codes_set(profile, move)))


def _certified_key_fits(profile: Profile, situation: Situation, make: Move) -> bool:
    """Whether a key can be made in the area, and a certificate stored for a key that has none there then."""
    made = done(profile, situation, make)
    if made is None or made.state.items[-1].area != make.action.area:
        return False
    if profile.files.guard is None:
        return True
    stores = _moves_in(profile, made.state, ActionKind.STORE_CERTIFICATE, str(make.action.area))
    return any(done(profile, made, move) for move in stores)


def _moves_in(profile: Profile, state: State, kind: ActionKind, area: str) -> list[Move]:
    return [move for move in content_moves(profile, state) if move.action.kind is kind and move.action.area == area]


def _giving(profile: Profile, code: str) -> Iterator[Move]:
    """The moves that only show that a code can be given: the holder's to the card, or an actor's check."""
    for move in code_moves(profile):
        if move.right and move.action.code == code and move.action.kind in {ActionKind.LOG_IN, ActionKind.ACT}:
            yield move

"""What people can do to a card, each as one move: the events of one sitting, from power on to power off.

A code that was given matters only to keys (the law looks at `verified` for nothing else), and while it holds it is set
and has all its tries; so every state that any order of events can leave behind between two sittings is reached by these
moves as well. Whoever searches in the law (the explorer, the advisor) takes its moves from here, and only the law says
what comes of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from stuntcard.policy import law
from stuntcard.policy.events import (
    ActorActs,
    Change,
    DirectoriesRead,
    Event,
    RemoveFile,
    ResetCode,
    SessionEnd,
    StoreFile,
    StoreKey,
    UseKey,
    Verdict,
    Verify,
)
from stuntcard.policy.state import Item, Origin, State
from stuntcard.profile.model import ActionKind as ActionKind
from stuntcard.profile.model import Profile

HOLDER = "holder"


@dataclass(frozen=True, slots=True)
class Action:
    """What is done. Only what its kind speaks of is there; of an act, `code` is the one that the actor checks."""

    kind: ActionKind
    code: str | None = None
    by: str | None = None
    area: str | None = None
    number: int | None = None
    act: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One sitting: who acts (the holder, or an actor's id), what is done, and the events that the law sees.

    `right`: the codes given are the right ones. The last event is always the session's end.
    """

    who: str
    action: Action
    right: bool
    events: tuple[Event, ...]


def moves(profile: Profile, state: State) -> Iterator[Move]:
    """Every move that makes sense on a card in this state; the law may still refuse it.

    Of items alike in all but their number, one stands for all. New values that a code's rule refuses change nothing
    and are left out.
    """
    yield from code_moves(profile)
    yield from content_moves(profile, state)


def perform(profile: Profile, state: State, move: Move) -> tuple[State, Verdict]:
    """What a move makes of a state, and what the law says: the first verdict that is not DONE, or else DONE.

    Nobody goes on after a refusal or a wrong code: what is left of the move is its session's end.
    """
    *doings, end = move.events
    verdict = Verdict.DONE
    for event in doings:
        state, verdict = law.step(profile, state, event)
        if verdict is not Verdict.DONE:
            break
    return law.step(profile, state, end)[0], verdict


def apply(profile: Profile, state: State, move: Move) -> State:
    """What a move makes of a state."""
    return perform(profile, state, move)[0]


def code_moves(profile: Profile) -> Iterator[Move]:
    """The moves that concern codes and parts alone; the same in every state."""
    for name, code in profile.codes_on_chip.items():
        for right in (True, False):
            yield _move(Action(ActionKind.LOG_IN, name), Verify(name, right), right=right)
            if code.change.allowed:
                yield _move(Action(ActionKind.CHANGE, name), Change(name, right, acceptable=True), right=right)
            for reset in code.reset_by:
                event = ResetCode(name, reset.code, right, acceptable=True)
                yield _move(Action(ActionKind.SET, name, by=reset.code), event, right=right)
    for actor_name, actor in profile.actors.items():
        for act_name, act in actor.acts.items():
            for right in (True, False) if act.checks is not None else (True,):
                action = Action(ActionKind.ACT, act.checks, act=act_name)
                yield _move(action, ActorActs(actor_name, act_name, correct=right), who=actor_name, right=right)


def content_moves(profile: Profile, state: State, apart: Collection[int] = ()) -> Iterator[Move]:
    """The moves that concern keys and certificates; they depend on `state.items` alone.

    `apart`: numbers of items for which no other one stands.
    """
    number = law.next_number(state)
    for name, area in profile.areas.items():
        if area.create_with:
            made: tuple[Event, ...] = (*_give(*area.create_with), StoreKey(Origin.MADE, _size(profile)))
            yield _move(Action(ActionKind.BREAK_OFF, area=name), *made)
            listed = _directories(state, listed=_listed(state) | {number})
            yield _move(Action(ActionKind.MAKE_KEY, area=name), *made, *_file_stored(profile), listed)
    for item in _each_kind(state.items, apart):
        if item.key:
            codes = law.codes_to_use(profile, item)
            yield _move(_on(ActionKind.USE_KEY, item), *_give(*codes), UseKey(item.number))
        if profile.files.guard is None or not profile.areas[item.area].create_with:
            continue
        login = _give(profile.files.guard)
        if item.key and not item.listed:
            there = _directories(state, listed=_listed(state) | {item.number})
            yield _move(_on(ActionKind.CLEAR_KEY, item), *login, there, _directories(state))
        if item.key and item.listed:
            gone = _directories(state, listed=_listed(state) - {item.number})
            yield _move(_on(ActionKind.DELETE_KEY, item), *login, *_file_removed(profile), gone)
        if item.certificate:
            gone = _directories(state, certified=_certified(state) - {item.number})
            yield _move(_on(ActionKind.DELETE_CERTIFICATE, item), *login, *_file_removed(profile), gone)
        elif item.listed:
            there = _directories(state, certified=_certified(state) | {item.number})
            yield _move(_on(ActionKind.STORE_CERTIFICATE, item), *login, *_file_stored(profile), there)


def _move(action: Action, *events: Event, who: str = HOLDER, right: bool = True) -> Move:
    return Move(who, action, right, (*events, SessionEnd()))


def _on(kind: ActionKind, item: Item) -> Action:
    return Action(kind, area=item.area, number=item.number)


def _give(*codes: str) -> tuple[Verify, ...]:
    return tuple(Verify(code, correct=True) for code in codes)


def _each_kind(items: tuple[Item, ...], apart: Collection[int]) -> list[Item]:
    kinds: dict[Item, Item] = {}
    for item in items:
        kinds.setdefault(item if item.number in apart else replace(item, number=0), item)
    return list(kinds.values())


def _listed(state: State) -> frozenset[int]:
    return frozenset(item.number for item in state.items if item.listed)


def _certified(state: State) -> frozenset[int]:
    return frozenset(item.number for item in state.items if item.certificate)


def _directories(
    state: State, *, listed: frozenset[int] | None = None, certified: frozenset[int] | None = None
) -> DirectoriesRead:
    """The directories as they stand, but for what is given."""
    return DirectoriesRead(
        _listed(state) if listed is None else listed, _certified(state) if certified is None else certified
    )


def _size(profile: Profile) -> int:
    """A typical key or file takes one block of the card's memory."""
    return profile.memory.block if profile.memory is not None else 0


def _file_stored(profile: Profile) -> tuple[StoreFile, ...]:
    return (StoreFile(_size(profile)),) if profile.memory is not None else ()


def _file_removed(profile: Profile) -> tuple[RemoveFile, ...]:
    return (RemoveFile(_size(profile)),) if profile.memory is not None else ()

"""Whether what happened to a card is what an action speaks of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stuntcard.policy.events import ActorActs, Change, Event, ResetCode, UseKey, Verdict, Verify
from stuntcard.policy.state import Item, Origin, State
from stuntcard.profile.model import ActionKind, ClaimedAction


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a card: the event and the law's verdict, if it was asked, and how the card stands."""

    event: Event | None
    verdict: Verdict | None
    state: State
    factory_values: frozenset[str] = frozenset()
    """The codes that have the value of the factory."""


def is_done(action: ClaimedAction, before: State, happening: Happening) -> bool:
    """Whether this is it: with a wrong code where the action says so, and else with what it takes."""
    if action.do in _SEEN_IN_ITEMS:
        return any(
            _SEEN_IN_ITEMS[action.do](before.item(item.number), happening.state.item(item.number))
            for item in {*before.items, *happening.state.items}
            if action.area in (None, item.area)
        )
    wanted = Verdict.WRONG_CODE if action.wrong else Verdict.DONE
    return happening.verdict is wanted and _fits(action, before, happening.event)


def _fits(action: ClaimedAction, before: State, event: Event | None) -> bool:
    match event:
        case Verify(code=code):
            return action.do is ActionKind.LOG_IN and action.code == code
        case Change(code=code):
            return action.do is ActionKind.CHANGE and action.code == code
        case ResetCode(code=code, by=by):
            return action.do is ActionKind.SET and action.code == code and action.by in (None, by)
        case ActorActs(actor=actor, act=act):
            return action.do is ActionKind.ACT and (action.who, action.act) == (actor, act)
        case UseKey(number=number):
            item = before.item(number)
            return action.do is ActionKind.USE_KEY and item is not None and action.area in (None, item.area)
        case _:
            return False


def _made(old: Item | None, new: Item | None) -> bool:
    return old is None and new is not None and new.key is Origin.MADE


def _imported(old: Item | None, new: Item | None) -> bool:
    return old is None and new is not None and new.key is Origin.IMPORTED


def _key_gone(old: Item | None, new: Item | None) -> bool:
    return old is not None and old.key is not None and (new is None or new.key is None)


def _certificate_gone(old: Item | None, new: Item | None) -> bool:
    return old is not None and old.certificate and (new is None or not new.certificate)


def _certificate_stored(old: Item | None, new: Item | None) -> bool:
    return new is not None and new.certificate and (old is None or not old.certificate)


_SEEN_IN_ITEMS: Mapping[ActionKind, Callable[[Item | None, Item | None], bool]] = {
    ActionKind.MAKE_KEY: _made,
    ActionKind.IMPORT_KEY: _imported,
    ActionKind.DELETE_KEY: _key_gone,
    ActionKind.DELETE_CERTIFICATE: _certificate_gone,
    ActionKind.STORE_CERTIFICATE: _certificate_stored,
}
"""What is told by what became of a key or a certificate, before and after, and by no single event."""

"""Brings a card to a state that somebody wants, by events of the law as far as these lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.policy.described import CodeIs
from stuntcard.policy.route import Route, Wanted, route_to
from stuntcard.profile.model import Code, CodeStatus, Profile

_DIGITS = b"1234567890"


class ForceNeededError(Exception):
    """The law leads to no state as it was wanted; `forced` is what would have to be set past it."""

    def __init__(self, forced: tuple[Wanted, ...]) -> None:
        self.forced = forced
        super().__init__("the law has no way there")


@dataclass(frozen=True, slots=True)
class Steered:
    """What was done: the route taken, values of codes that had none, and codes that changed with those wanted."""

    route: Route
    given: dict[str, str]
    changed_too: tuple[CodeIs, ...]


def steer(card: Card, wanted: Sequence[Wanted], *, force: bool) -> Steered:
    """Brings the card there, all at once and between two sessions; its codes keep their values.

    Raises ForceNeededError, and then nothing was changed, or KeepError.
    """
    profile = card.profile
    done: list[Steered] = []

    def change(content: Content) -> Content:
        route = route_to(profile, content.state, wanted)
        if route.forced and not force:
            raise ForceNeededError(route.forced)
        given = {
            name: _some_value(profile.codes[name])
            for name, code in route.state.codes.items()
            if code.status is CodeStatus.SET and name not in content.values
        }
        done.append(Steered(route, given, _changed_too(profile, content, route, wanted)))
        values = {name: value.encode() for name, value in given.items()}
        return replace(content.with_values(values), state=route.state)

    card.change_content(change)
    return done[0]


def _some_value(code: Code) -> str:
    """A value that a code takes: digits, as many as it wants at least."""
    return bytes(islice(cycle(_DIGITS), code.length.min)).decode()


def _changed_too(profile: Profile, before: Content, route: Route, wanted: Sequence[Wanted]) -> tuple[CodeIs, ...]:
    wanted_codes = {one.code for one in wanted if isinstance(one, CodeIs)}
    old, new = before.state.codes, route.state.codes
    return tuple(
        CodeIs(name, new[name].status, new[name].tries_left if new[name].status is CodeStatus.SET else None)
        for name in profile.codes
        if name not in wanted_codes
        and (old[name].status, old[name].tries_left) != (new[name].status, new[name].tries_left)
    )

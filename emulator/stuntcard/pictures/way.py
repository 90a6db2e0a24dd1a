"""The way that one card went: the states that it came through, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stuntcard.messages import Messages
from stuntcard.pictures.graph import Arrow, Look, Node, Picture, show_card
from stuntcard.policy.state import State
from stuntcard.profile.model import Language, Profile

_MOST = 30
"""States in a picture; of a longer way it has the first and the last ones."""


@dataclass(frozen=True, slots=True)
class Point:
    """A state as it is shown, and what led to it."""

    after: str
    lines: tuple[str, ...]
    look: str


def way_point(profile: Profile, state: State) -> tuple[tuple[str, ...], str]:
    """What is shown of a state, in English, and the name of its look."""
    lines, look = show_card(profile, state, Messages(Language.ENGLISH))
    return lines, look.value


def picture_of_way(title: str, points: Sequence[Point]) -> Picture:
    """The states as a chain; equal ones that follow each other are one."""
    shown: list[Point] = []
    for point in points:
        if not shown or point.lines != shown[-1].lines:
            shown.append(point)
    if len(shown) > _MOST:
        shown = [*shown[: _MOST // 2], *shown[-_MOST // 2 :]]
    last = len(shown) - 1
    nodes = tuple(Node(one.lines, Look(one.look), at, final=at == last) for at, one in enumerate(shown))
    arrows = tuple(Arrow(at - 1, at, (shown[at].after,)) for at in range(1, len(shown)))
    return Picture(title, nodes, arrows)

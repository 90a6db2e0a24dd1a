"""Pictures of what can become of a card: the life of one code, of one part, or of the whole, as nodes and arrows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from stuntcard.policy.state import State
from stuntcard.policy.walk import Walk
from stuntcard.profile.model import CARD, CodeStatus, Profile
from stuntcard.words.exploration import move_briefly, part_lost_in_words, status_in_words

MAX_NODES = 60
"""A picture with more can't be looked at."""


class GraphError(ValueError):
    """There is no such thing to draw, or it is too large to be looked at."""


class Look(Enum):
    """What a node's colour tells."""

    USABLE = "usable"
    NOT_SET = "not-set"
    PARTLY = "partly"
    """Some codes of several are blocked, or parts lost."""
    BLOCKED = "blocked"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Node:
    """States that look alike here. `distance`: arrows from the first node; nothing changes a `final` one any more."""

    lines: tuple[str, ...]
    look: Look
    distance: int
    final: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """Moves that lead from one node to another, by the nodes' numbers."""

    source: int
    target: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A directed graph; node 0 is the card as it leaves the factory."""

    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


def picture(walked: Walk, of: str) -> Picture:
    """The life of `code:NAME`, `part:NAME` or `card`. Raises GraphError.

    A code's picture tells its tries; those of a part and of the card only what is set, blocked or lost.
    """
    view = _view(walked.profile, of)
    numbers: dict[tuple[str, ...], int] = {}
    looks: list[Look] = []
    node_of: list[int] = []
    for row in range(len(walked)):
        lines, look = view.show(walked.state(row))
        number = numbers.setdefault(lines, len(numbers))
        if number == len(looks):
            looks.append(look)
        node_of.append(number)
    if len(numbers) > MAX_NODES:
        names = [f"code:{name}" for name in walked.profile.codes] + [f"part:{name}" for name in walked.profile.parts]
        raise GraphError(
            f"{of} would have {len(numbers)} nodes, and more than {MAX_NODES} can't be looked at; "
            f"draw one of: {', '.join(names)}"
        )
    arrows = _arrows(walked, node_of, view)
    distances = _distances(len(numbers), arrows)
    leaving = {arrow.source for arrow in arrows}
    nodes = tuple(
        Node(lines, looks[number], distances[number], final=number not in leaving) for lines, number in numbers.items()
    )
    return Picture(f"{walked.profile.name}: {view.title}", nodes, arrows)


def place_in(drawn: Picture, profile: Profile, of: str, state: State) -> int | None:
    """The number of the node that a card is at, in a picture of its life; None where it has none for such a state.

    Raises GraphError.
    """
    lines, _ = _view(profile, of).show(state)
    return next((number for number, node in enumerate(drawn.nodes) if node.lines == lines), None)


def show_card(profile: Profile, state: State) -> tuple[tuple[str, ...], Look]:
    """What is said of a state where all of its codes are shown with their tries, and how it looks."""
    return _View(profile, "the card", tuple(profile.codes), (*profile.parts, CARD), tries=True).show(state)


@dataclass(frozen=True, slots=True)
class _View:
    """What a picture shows of a state: some codes, with tries or without, and some parts when they are lost."""

    profile: Profile
    title: str
    codes: tuple[str, ...]
    parts: tuple[str, ...]
    tries: bool

    def show(self, state: State) -> tuple[tuple[str, ...], Look]:
        lost = [part for part in self.parts if part in state.lost]
        lines = [part_lost_in_words(self.profile, part) for part in lost]
        statuses = []
        for name in self.codes:
            code = state.codes[name]
            statuses.append(code.status)
            left = ""
            if self.tries and code.status is CodeStatus.SET:
                left = f", {code.tries_left} {'try' if code.tries_left == 1 else 'tries'} left"
            lines.append(f"{self.profile.codes[name].name} {status_in_words(code.status)}{left}")
        return tuple(lines), _look(statuses, bool(lost))


def _view(profile: Profile, of: str) -> _View:
    kind, _, name = of.partition(":")
    if of == "card":
        return _View(profile, "the card", tuple(profile.codes), (*profile.parts, CARD), tries=False)
    if kind == "code" and name in profile.codes:
        part = profile.part_of(name)
        parts = (CARD,) if part is None else (part, CARD)
        return _View(profile, profile.codes[name].name, (name,), parts, tries=True)
    if kind == "part" and name in profile.parts:
        return _View(profile, profile.parts[name].name, profile.parts[name].codes, (name, CARD), tries=False)
    names = [f"code:{name}" for name in profile.codes] + [f"part:{name}" for name in profile.parts]
    raise GraphError(f"there is no '{of}' to draw on {profile.name}; expected card or one of: {', '.join(names)}")


def _look(statuses: list[CodeStatus], lost: bool) -> Look:
    if all(status is CodeStatus.BLOCKED for status in statuses):
        return Look.LOST if lost else Look.BLOCKED
    if lost or CodeStatus.BLOCKED in statuses:
        return Look.PARTLY
    return Look.USABLE if CodeStatus.SET in statuses else Look.NOT_SET


def _arrows(walked: Walk, node_of: list[int], view: _View) -> tuple[Arrow, ...]:
    moves: dict[tuple[int, int], set[int]] = {}
    for number, source in enumerate(node_of):
        for target, move in walked.leaving(number):
            if node_of[target] != source:
                moves.setdefault((source, node_of[target]), set()).add(move)
    return tuple(
        Arrow(source, target, _label(walked, numbers, view)) for (source, target), numbers in sorted(moves.items())
    )


def _label(walked: Walk, numbers: set[int], view: _View) -> tuple[str, ...]:
    """The moves in brief. Those with keys change codes only by the log-in that they begin with."""
    moves = [walked.moves[number] for number in sorted(numbers)]
    plain = [move for move in moves if move.action.area is None]
    # Where tries are not shown, only the last wrong one leads anywhere.
    return tuple(
        dict.fromkeys(
            ("" if move.right or view.tries else "last ") + move_briefly(walked.profile, move)
            for move in plain or moves
        )
    )


def _distances(nodes: int, arrows: tuple[Arrow, ...]) -> list[int]:
    following: dict[int, list[int]] = {}
    for arrow in arrows:
        following.setdefault(arrow.source, []).append(arrow.target)
    distances = {0: 0}
    queue = [0]
    for number in queue:
        for target in following.get(number, []):
            if target not in distances:
                distances[target] = distances[number] + 1
                queue.append(target)
    return [distances[number] for number in range(nodes)]

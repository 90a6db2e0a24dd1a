"""Pictures of what can become of a card: the life of one code, of one part, or of the whole, as nodes and arrows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from stuntcard.messages import Messages
from stuntcard.policy.state import State
from stuntcard.policy.walk import Walk
from stuntcard.profile.model import CARD, CodeStatus, Profile
from stuntcard.words.exploration import code_in_words, move_briefly, part_lost_in_words

MAX_NODES = 60
"""A graph with more can't be looked at."""
WHOLE_CARD = "card"
"""What is drawn when no code and no part is named."""


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


@dataclass(frozen=True, slots=True)
class Folded:
    """A card whose states are too many for one graph: a graph for each part and each code that belongs to none.

    What a card is like is one node of each, so that nothing is left out; `note` says so.
    """

    title: str
    note: str
    pictures: tuple[Picture, ...]


Drawing = Picture | Folded


def picture(walked: Walk, of: str, messages: Messages) -> Drawing:
    """The life of `code:NAME`, `part:NAME` or `card`. Raises GraphError.

    A code's picture tells its tries; those of a part and of the card only what is set, blocked or lost.
    """
    whole = _Graph(walked, _view(walked.profile, of, messages))
    if len(whole) <= MAX_NODES:
        return whole.picture()
    folded = [_Graph(walked, view) for view in _folded_views(walked.profile, messages)] if of == WHOLE_CARD else []
    if not folded or any(len(graph) > MAX_NODES for graph in folded):
        names = ", ".join(_drawable(walked.profile))
        raise GraphError(messages.counted("picture-too-large", len(whole), of=of, most=MAX_NODES, names=names))
    note = messages.counted("picture-folded", len(whole))
    return Folded(whole.view.heading, note, tuple(graph.picture() for graph in folded))


def pictures_in(drawing: Drawing) -> tuple[Picture, ...]:
    """The graphs that a drawing is made of."""
    return drawing.pictures if isinstance(drawing, Folded) else (drawing,)


def place_in(drawing: Drawing, profile: Profile, of: str, state: State, messages: Messages) -> tuple[int | None, ...]:
    """For each graph of a drawing, the number of the node that a card is at; None where it has none for such a state.

    Raises GraphError.
    """
    folded = isinstance(drawing, Folded)
    views = _folded_views(profile, messages) if folded else (_view(profile, of, messages),)
    places = []
    for drawn, view in zip(pictures_in(drawing), views, strict=True):
        lines, _ = view.show(view.key(state))
        places.append(next((number for number, node in enumerate(drawn.nodes) if node.lines == lines), None))
    return tuple(places)


_Key = tuple[tuple[str, ...], tuple[tuple[CodeStatus, int], ...]]


def show_card(profile: Profile, state: State, messages: Messages) -> tuple[tuple[str, ...], Look]:
    """What is said of a state where all of its codes are shown with their tries, and how it looks."""
    view = _View(profile, messages, "", tuple(profile.codes), (*profile.parts, CARD), tries=True)
    return view.show(view.key(state))


@dataclass(frozen=True, slots=True)
class _View:
    """What a picture shows of a state: some codes, with tries or without, and some parts when they are lost."""

    profile: Profile
    messages: Messages
    title: str
    codes: tuple[str, ...]
    parts: tuple[str, ...]
    tries: bool = False

    @property
    def heading(self) -> str:
        return self.messages.text("picture-title", card=self.profile.name, of=self.title)

    def key(self, state: State) -> _Key:
        """What states have in common that are one node."""
        codes = (state.codes[name] for name in self.codes)
        return (
            tuple(part for part in self.parts if part in state.lost),
            tuple((code.status, code.tries_left if self.tries else 0) for code in codes),
        )

    def show(self, key: _Key) -> tuple[tuple[str, ...], Look]:
        """The lines of such a node, and how it looks."""
        lost, codes = key
        lines = [part_lost_in_words(self.profile, part, self.messages) for part in lost]
        for name, (status, tries_left) in zip(self.codes, codes, strict=True):
            if self.tries and status is CodeStatus.SET:
                shown = self.messages.of(self.profile.codes[name].name)
                lines.append(self.messages.counted("code-tries", tries_left, code=shown))
            else:
                lines.append(code_in_words(self.profile, name, status, self.messages))
        return tuple(lines), _look([status for status, _ in codes], bool(lost))


def _view(profile: Profile, of: str, messages: Messages) -> _View:
    kind, _, name = of.partition(":")
    if of == WHOLE_CARD:
        title = messages.text("picture-card")
        return _View(profile, messages, title, tuple(profile.codes), (*profile.parts, CARD))
    if kind == "code" and name in profile.codes:
        return _view_of_code(profile, name, messages, tries=True)
    if kind == "part" and name in profile.parts:
        part = profile.parts[name]
        return _View(profile, messages, messages.of(part.name), part.codes, (name, CARD))
    names = ", ".join(_drawable(profile))
    raise GraphError(messages.text("picture-unknown", of=of, card=profile.name, names=names))


def _view_of_code(profile: Profile, name: str, messages: Messages, *, tries: bool) -> _View:
    part = profile.part_of(name)
    parts = (CARD,) if part is None else (part, CARD)
    return _View(profile, messages, messages.of(profile.codes[name].name), (name,), parts, tries)


def _folded_views(profile: Profile, messages: Messages) -> tuple[_View, ...]:
    parts = [_view(profile, f"part:{name}", messages) for name, part in profile.parts.items() if part.codes]
    alone = [name for name in profile.codes if profile.part_of(name) is None]
    return (*parts, *(_view_of_code(profile, name, messages, tries=False) for name in alone))


def _drawable(profile: Profile) -> list[str]:
    return [f"code:{name}" for name in profile.codes] + [f"part:{name}" for name in profile.parts]


def _look(statuses: list[CodeStatus], lost: bool) -> Look:
    if all(status is CodeStatus.BLOCKED for status in statuses):
        return Look.LOST if lost else Look.BLOCKED
    if lost or CodeStatus.BLOCKED in statuses:
        return Look.PARTLY
    return Look.USABLE if CodeStatus.SET in statuses else Look.NOT_SET


class _Graph:
    """The states of a walk, those together that a view shows alike."""

    def __init__(self, walked: Walk, view: _View) -> None:
        self.view = view
        self._walked = walked
        numbers: dict[_Key, int] = {}
        self._node_of = [numbers.setdefault(view.key(walked.state(row)), len(numbers)) for row in range(len(walked))]
        self._keys = tuple(numbers)

    def __len__(self) -> int:
        return len(self._keys)

    def picture(self) -> Picture:
        arrows = _arrows(self._walked, self._node_of, self.view)
        distances = _distances(len(self), arrows)
        leaving = {arrow.source for arrow in arrows}
        nodes = tuple(
            Node(*self.view.show(key), distances[number], final=number not in leaving)
            for number, key in enumerate(self._keys)
        )
        return Picture(self.view.heading, nodes, arrows)


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
    last = not view.tries
    return tuple(dict.fromkeys(move_briefly(walked.profile, move, view.messages, last=last) for move in plain or moves))


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

"""Places a picture's nodes and labels in rows, by their distance from the first node, so that no two boxes touch.

The way of Sugiyama: every label is a box of its own in the row between two rows of nodes, and an arrow that passes a
row has a narrow gap of its own there. Boxes are ordered within rows so that few lines cross, and moved towards what
they are joined to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean

from stuntcard.pictures.graph import Arrow, Picture

NODE_CHARACTER, NODE_LINE = 7.6, 18.0
"""Width of a character and height of a line in a node, in pixels; rather too much than too little."""
LABEL_CHARACTER, LABEL_LINE = 6.6, 14.0
_NODE_PADDING, _LABEL_PADDING = 12.0, 4.0
_GAP_WIDTH = 14.0
_GAP_WEIGHT = 3.0
"""Gaps are drawn to their neighbours more than boxes, so that long arrows run straight."""
_BETWEEN_BOXES, _BETWEEN_ROWS, _MARGIN = 22.0, 32.0, 24.0
_SWEEPS = 24

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its centre, width and height, in pixels, and the lines of text in it."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow's way, in pieces that go straight up or down where they begin and end; only the last has the head."""

    pieces: tuple[tuple[Point, Point], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is. `nodes` and `labels` are in the order of the picture's nodes and arrows."""

    width: float
    height: float
    nodes: tuple[Box, ...]
    labels: tuple[Box, ...]
    lines: tuple[Line, ...]


def layout(picture: Picture) -> Layout:
    """A place for every node, label and arrow of a picture."""
    placing = _Placing(picture)
    placing.order()
    placing.move()
    return placing.result()


@dataclass(slots=True, eq=False)
class _Spot:
    """A node, a label, or the gap that an arrow has in a row that it passes."""

    row: int
    width: float
    height: float
    lines: tuple[str, ...] = ()
    x: float = 0.0
    above: list[_Spot] = field(default_factory=list)
    below: list[_Spot] = field(default_factory=list)


class _Placing:
    def __init__(self, picture: Picture) -> None:
        # Nodes are in even rows, labels in odd ones.
        self._nodes = [_text_spot(2 * node.distance, node.lines, node=True) for node in picture.nodes]
        self._labels: list[_Spot] = []
        self._chains = [self._chain(arrow) for arrow in picture.arrows]
        spots = dict.fromkeys([*self._nodes, *(spot for chain in self._chains for spot in chain)])
        self._rows: list[list[_Spot]] = [[] for _ in range(max(spot.row for spot in spots) + 1)]
        for spot in spots:
            self._rows[spot.row].append(spot)

    def _chain(self, arrow: Arrow) -> list[_Spot]:
        """All that an arrow passes, from its source to its target, its label among it."""
        source, target = self._nodes[arrow.source], self._nodes[arrow.target]
        if source.row == target.row:
            label_row, between = source.row + 1, [source.row + 1]
        else:
            step = 1 if target.row > source.row else -1
            # Next to the source: arrows that come together at one node would crowd their labels there.
            label_row, between = source.row + step, list(range(source.row + step, target.row, step))
        chain = [source]
        for row in between:
            spot = _text_spot(row, arrow.lines, node=False) if row == label_row else _Spot(row, _GAP_WIDTH, 0.0)
            if row == label_row:
                self._labels.append(spot)
            chain.append(spot)
        chain.append(target)
        for one, other in pairwise(chain):
            upper, lower = (one, other) if one.row < other.row else (other, one)
            upper.below.append(lower)
            lower.above.append(upper)
        return chain

    def order(self) -> None:
        """Orders each row by the middle of what its spots are joined to; keeps the order with the fewest crossings."""
        best, fewest = [list(row) for row in self._rows], self._crossings()
        for sweep in range(_SWEEPS):
            down = sweep % 2 == 0
            for row in self._rows if down else reversed(self._rows):
                positions = {spot: i for other in self._rows for i, spot in enumerate(other)}
                middles = {}
                for spot in row:
                    joined = (spot.above if down else spot.below) or [spot]
                    middles[spot] = fmean(positions[other] for other in joined)
                row.sort(key=middles.__getitem__)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(row) for row in self._rows], crossings
        self._rows = best

    def _crossings(self) -> int:
        positions = {spot: i for row in self._rows for i, spot in enumerate(row)}
        crossings = 0
        for row in self._rows:
            ends = [(positions[spot], positions[lower]) for spot in row for lower in spot.below]
            crossings += sum(1 for a, b in ends for c, d in ends if a < c and b > d)
        return crossings

    def move(self) -> None:
        """Moves the spots of each row towards what they are joined to, above and below by turns, in their order."""
        for row in self._rows:
            _spread(row, lambda spot: spot.x)
        for sweep in range(2 * _SWEEPS):
            down = sweep % 2 == 0
            for row in self._rows if down else reversed(self._rows):
                _spread(row, _above if down else _below)

    def result(self) -> Layout:
        spots = [spot for row in self._rows for spot in row]
        left = min(spot.x - spot.width / 2 for spot in spots) - _MARGIN
        right = max(spot.x + spot.width / 2 for spot in spots) + _MARGIN
        boxes: dict[_Spot, Box] = {}
        heights: list[float] = []
        y = _MARGIN
        for row in self._rows:
            height = max((spot.height for spot in row), default=0.0)
            heights.append(height)
            for spot in row:
                # A gap is as high as its row, so that the arrow goes straight through it.
                own = spot.height if spot.lines else height
                boxes[spot] = Box(spot.x - left, y + height / 2, spot.width, own, spot.lines)
            y += height + _BETWEEN_ROWS
        ports = _ports(self._chains, boxes)
        return Layout(
            right - left,
            y - _BETWEEN_ROWS + _MARGIN,
            tuple(boxes[spot] for spot in self._nodes),
            tuple(boxes[spot] for spot in self._labels),
            tuple(_line(chain, ports[number], boxes, heights) for number, chain in enumerate(self._chains)),
        )


def _text_spot(row: int, lines: tuple[str, ...], *, node: bool) -> _Spot:
    character, line, padding = (
        (NODE_CHARACTER, NODE_LINE, _NODE_PADDING) if node else (LABEL_CHARACTER, LABEL_LINE, _LABEL_PADDING)
    )
    longest = max(len(text) for text in lines)
    return _Spot(row, longest * character + 2 * padding, len(lines) * line + padding, lines)


def _spread(row: list[_Spot], wanted: Callable[[_Spot], float]) -> None:
    """Places the spots of a row as near as can be (least squares) to where they want to be, in their order.

    With the room that the boxes need taken out, this is isotonic regression, done by pooling adjacent violators.
    """
    room = [0.0]
    for one, other in pairwise(row):
        room.append(room[-1] + (one.width + other.width) / 2 + _BETWEEN_BOXES)
    pools: list[tuple[float, float, int]] = []
    for spot, taken in zip(row, room, strict=True):
        weight = 1.0 if spot.lines else _GAP_WEIGHT
        total, count = weight * (wanted(spot) - taken), 1
        while pools and pools[-1][0] / pools[-1][1] > total / weight:
            pooled_total, pooled_weight, pooled_count = pools.pop()
            total, weight, count = total + pooled_total, weight + pooled_weight, count + pooled_count
        pools.append((total, weight, count))
    places = [total / weight for total, weight, count in pools for _ in range(count)]
    for spot, place, taken in zip(row, places, room, strict=True):
        spot.x = place + taken


def _above(spot: _Spot) -> float:
    return fmean(other.x for other in spot.above) if spot.above else spot.x


def _below(spot: _Spot) -> float:
    return fmean(other.x for other in spot.below) if spot.below else spot.x


def _ports(chains: list[list[_Spot]], boxes: dict[_Spot, Box]) -> list[list[tuple[Point, Point]]]:
    """For each chain, where the line from each spot to the next begins and ends: side by side along a box's edge."""
    at_edge: dict[tuple[_Spot, bool], list[tuple[float, int, int, int]]] = {}
    for number, chain in enumerate(chains):
        for piece, ends in enumerate(pairwise(chain)):
            for end, (spot, other) in enumerate((ends, ends[::-1])):
                at_edge.setdefault((spot, other.row > spot.row), []).append((boxes[other].x, number, piece, end))
    points: dict[tuple[int, int, int], Point] = {}
    for (spot, bottom), joined in at_edge.items():
        box = boxes[spot]
        y = box.y + (box.height if bottom else -box.height) / 2
        for place, (_, number, piece, end) in enumerate(sorted(joined), start=1):
            x = box.x - box.width / 2 + box.width * place / (len(joined) + 1)
            points[number, piece, end] = (x, y)
    return [
        [(points[number, piece, 0], points[number, piece, 1]) for piece in range(len(chain) - 1)]
        for number, chain in enumerate(chains)
    ]


def _line(chain: list[_Spot], ports: list[tuple[Point, Point]], boxes: dict[_Spot, Box], heights: list[float]) -> Line:
    """Each bend lies between two rows: from a box not as high as its row, a line goes straight to the row's edge."""

    def row_edge(spot: _Spot, x: float, *, bottom: bool) -> Point:
        return x, boxes[spot].y + (heights[spot.row] if bottom else -heights[spot.row]) / 2

    pieces: list[tuple[Point, Point]] = []
    for (spot, other), (begin, end) in zip(pairwise(chain), ports, strict=True):
        if not spot.lines:
            pieces.append((pieces[-1][1], begin))
        down = other.row > spot.row
        leave, arrive = row_edge(spot, begin[0], bottom=down), row_edge(other, end[0], bottom=not down)
        pieces += [(begin, leave), (leave, arrive), (arrive, end)]
    return Line(tuple(piece for piece in pieces if piece[0] != piece[1]))

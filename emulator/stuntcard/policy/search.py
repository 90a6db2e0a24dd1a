"""Searches in the law, breadth first, by moves of people who give the right codes.

Pure, as all of `policy`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from stuntcard.policy.events import DirectoriesRead, Event, RemoveFile, SessionEnd, Verify
from stuntcard.policy.functions import Function, Situation, done, working
from stuntcard.policy.moves import HOLDER, Action, Move, code_moves
from stuntcard.policy.state import Item, State
from stuntcard.profile.model import ActionKind, Profile


@dataclass(frozen=True, slots=True)
class Node:
    """A situation that can be reached: by which move, from which other one, and what works in it."""

    situation: Situation
    parent: int
    move: Move | None
    works: frozenset[Function]


@dataclass(frozen=True, slots=True)
class Passage:
    """One move of a path: where it starts, and where it leads."""

    start: Node
    move: Move
    end: Node


class Search:
    """All situations that right moves lead to, in the order of their distance."""

    def __init__(self, searches: Searches, start: Situation) -> None:
        self.profile = searches.profile
        self.nodes = [Node(start, -1, None, working(self.profile, start))]
        seen = {situation_key(start)}
        queue = deque([0])
        while queue:
            number = queue.popleft()
            for move, situation in searches.next(self.nodes[number].situation):
                if situation_key(situation) not in seen:
                    seen.add(situation_key(situation))
                    queue.append(len(self.nodes))
                    self.nodes.append(Node(situation, number, move, working(self.profile, situation)))

    @property
    def attainable(self) -> frozenset[Function]:
        """All functions that some way leads to."""
        return frozenset[Function]().union(*(node.works for node in self.nodes))

    @property
    def best(self) -> int:
        """The nearest node where the most functions work together."""
        return max(range(len(self.nodes)), key=lambda number: (len(self.nodes[number].works), -number))

    def nearest(self, function: Function) -> int | None:
        """The nearest node where a function works."""
        return next((number for number, node in enumerate(self.nodes) if function in node.works), None)

    def path(self, number: int) -> tuple[Passage, ...]:
        """The shortest way to a node."""
        passages: list[Passage] = []
        while (move := self.nodes[number].move) is not None:
            parent = self.nodes[number].parent
            passages.insert(0, Passage(self.nodes[parent], move, self.nodes[number]))
            number = parent
        return tuple(passages)


def situation_key(situation: Situation) -> tuple[object, ...]:
    """What tells situations apart."""
    state = situation.state
    return (tuple(state.codes.values()), state.items, state.files_size, state.lost, situation.forgotten)


class Searches:
    """Searches in the law of one profile, each done only once."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._done: dict[tuple[object, ...], Search] = {}
        # The other moves fill the card, or change no more than tries.
        kinds = {ActionKind.SET, ActionKind.ACT}
        self._moves = [move for move in code_moves(profile) if move.right and move.action.kind in kinds]

    def start_at(self, start: Situation) -> Search:
        """All that can be reached from a situation."""
        key = situation_key(start)
        if key not in self._done:
            self._done[key] = Search(self, start)
        return self._done[key]

    def next(self, situation: Situation) -> Iterator[tuple[Move, Situation]]:
        """The moves that may help, and what they lead to."""
        for move in (*self._moves, *self._deletions(situation.state)):
            after = done(self.profile, situation, move)
            if after is not None:
                yield move, after

    def _deletions(self, state: State) -> Iterator[Move]:
        if self.profile.files.guard is not None:
            # What has no certificate is missed the least.
            for item in sorted(state.items, key=lambda item: item.certificate):
                if not self.profile.areas[item.area].create_with:
                    continue  # what a closed area has, stays
                yield deletion(self.profile, state, item, self.profile.files.guard)


def deletion(profile: Profile, state: State, item: Item, guard: str) -> Move:
    """A key and its certificate deleted together, as people do it.

    A key that no directory lists has to be listed first, for only so can the law see it go (PQ-14, PQ-16).
    """
    listed = frozenset(other.number for other in state.items if other.listed)
    certified = frozenset(other.number for other in state.items if other.certificate)
    freed = RemoveFile(profile.memory.block) if profile.memory is not None else None
    events: tuple[Event, ...] = (
        Verify(guard, correct=True),
        DirectoriesRead(listed | {item.number}, None),
        *(freed for file_is_there in (item.listed, item.certificate) if file_is_there and freed is not None),
        DirectoriesRead(listed - {item.number}, certified - {item.number}),
        SessionEnd(),
    )
    return Move(HOLDER, Action(ActionKind.DELETE_KEY, area=item.area, number=item.number), True, events)

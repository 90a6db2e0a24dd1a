"""The shortest way to a state that is wanted, or that there is none any more: asked of the law, breadth first.

Where `advise` looks for what a card is good for, here somebody says in conditions what shall be so. Moves are those of
people who give the right codes, as far as they know them. What makes no difference to the conditions is left out: tries
and marks that they do not ask for, and new keys beyond those that they count.

Pure, as all of `policy`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from stuntcard.policy.conditions import Seen, all_hold
from stuntcard.policy.events import DirectoriesRead, SessionEnd, StoreFile, StoreKey, Verify
from stuntcard.policy.functions import Situation, codes_set, done
from stuntcard.policy.law import next_number
from stuntcard.policy.moves import HOLDER, Action, Move, code_moves, content_moves
from stuntcard.policy.search import deletion
from stuntcard.policy.state import CodeState, Origin, State
from stuntcard.profile.model import ActionKind, Bounds, Condition, Profile

MOST_SITUATIONS = 20_000
"""A way that leads past more situations than this is not found."""

_Node = tuple[Situation, frozenset[str], int, Move | None]
"""A situation, the codes with the factory's value, the node that it was come to from, and the move that led to it."""


class GoalTooFarError(ValueError):
    """There are so many situations between the card and its goal that no way was found, and none excluded."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the conditions ask for, and so what has to be looked at."""

    tries: bool
    must_change: bool
    wanted_factory_values: frozenset[str]
    changes: bool
    """Whether a code has to be changed by its own value."""
    makes: Mapping[str, int]
    """How many new keys may be of use in an area."""
    imports: frozenset[str]
    """Areas where keys from outside are wanted."""
    contents: bool
    apart: bool
    """Whether a key or a certificate alone may have to go."""


class Goal:
    """A state that is wanted of a profile's card. What was found once is not searched for again."""

    def __init__(self, profile: Profile, conditions: Sequence[Condition], keys: Mapping[str, int]) -> None:
        """`keys`: the numbers of the keys that conditions name, by their identifiers."""
        self.profile = profile
        self.conditions = tuple(conditions)
        self.keys = keys
        self._asked = _asked(self.conditions)
        self._moves = [move for move in code_moves(profile) if move.right and self._helps(move)]
        self._found: dict[object, tuple[Move, ...] | None] = {}

    def reached(self, state: State, factory_values: frozenset[str] = frozenset()) -> bool:
        """Whether the state is as it is wanted."""
        return all_hold(self.profile, Seen(state, self.keys, factory_values), self.conditions)

    def way(self, start: Situation, factory_values: frozenset[str] = frozenset()) -> tuple[Move, ...] | None:
        """The shortest way there, or None where the law has none. Raises GoalTooFarError."""
        key = self._key(start, factory_values)
        if key not in self._found:
            self._found[key] = self._search(start, factory_values)
        return self._found[key]

    def _search(self, start: Situation, factory_values: frozenset[str]) -> tuple[Move, ...] | None:
        nodes: list[_Node] = [(start, factory_values, -1, None)]
        seen = {self._key(start, factory_values)}
        queue = deque([0])
        while queue:
            number = queue.popleft()
            situation, values, _, _ = nodes[number]
            if self.reached(situation.state, values):
                return _path(nodes, number)
            for move in self._next(start.state, situation.state):
                after = done(self.profile, situation, move)
                if after is None:
                    continue
                values_after = self._values_after(values, move)
                key = self._key(after, values_after)
                if key not in seen:
                    seen.add(key)
                    queue.append(len(nodes))
                    nodes.append((after, values_after, number, move))
            if len(nodes) > MOST_SITUATIONS:
                raise GoalTooFarError(f"more than {MOST_SITUATIONS} situations lie before the goal")
        return None

    def _helps(self, move: Move) -> bool:
        match move.action.kind:
            case ActionKind.SET:
                return True
            case ActionKind.CHANGE:
                return self._asked.changes
            case ActionKind.ACT:
                return move.action.code is None or self._asked.tries
            case _:
                return self._asked.tries

    def _next(self, start: State, state: State) -> Iterator[Move]:
        yield from self._moves
        guard = self.profile.files.guard
        if not self._asked.contents or guard is None:
            return
        for item in sorted(state.items, key=lambda item: item.certificate):
            if self.profile.areas[item.area].create_with:
                yield deletion(self.profile, state, item, guard)
        made = {
            area: sum(item.area == area and item.number >= next_number(start) for item in state.items)
            for area in self.profile.areas
        }
        for move in content_moves(self.profile, state, self.keys.values()):
            area = str(move.action.area)
            match move.action.kind:
                case ActionKind.MAKE_KEY if made[area] < self._asked.makes.get(area, 0):
                    yield move
                case ActionKind.STORE_CERTIFICATE:
                    yield move
                case ActionKind.DELETE_KEY | ActionKind.DELETE_CERTIFICATE if self._asked.apart:
                    yield move
        for area in self._asked.imports:
            if made[area] < self._asked.makes.get(area, 0):
                yield _import(self.profile, state, area)

    def _values_after(self, values: frozenset[str], move: Move) -> frozenset[str]:
        changed = frozenset(codes_set(self.profile, move))
        return (values - changed) | (changed & self._asked.wanted_factory_values)

    def _key(self, situation: Situation, values: frozenset[str]) -> object:
        state = situation.state
        items = (item if item.number in self.keys.values() else replace(item, number=0) for item in state.items)
        return (
            tuple(self._code_key(code) for code in state.codes.values()),
            tuple(sorted(items, key=repr)) if self._asked.contents else (),
            state.files_size if self._asked.contents else 0,
            state.lost,
            situation.forgotten,
            values,
        )

    def _code_key(self, code: CodeState) -> object:
        return (
            code.status,
            code.tries_left if self._asked.tries else 0,
            code.must_change if self._asked.must_change else False,
        )


def _asked(conditions: Sequence[Condition]) -> _Asked:
    makes: dict[str, int] = {}
    for condition in conditions:
        if condition.area is not None:
            counts = (condition.used, condition.paired, condition.unpaired, condition.imported)
            makes[condition.area] = max(makes.get(condition.area, 0), *(_at_least(count) for count in counts))
    values = [condition for condition in conditions if condition.factory_value is not None]
    must_change = any(condition.must_change is not None for condition in conditions)
    looks_further = any(condition.can is not None or condition.final for condition in conditions)
    return _Asked(
        tries=any(condition.tries is not None for condition in conditions),
        must_change=must_change,
        wanted_factory_values=frozenset(str(one.code) for one in values if one.factory_value),
        changes=must_change or bool(values),
        makes=makes,
        imports=frozenset(str(one.area) for one in conditions if one.imported is not None and _at_least(one.imported)),
        contents=looks_further or any(one.area is not None or one.key is not None for one in conditions),
        apart=any(not {"unpaired", "certificate"}.isdisjoint(one.is_) or _at_least(one.unpaired) for one in conditions),
    )


def _at_least(count: int | Bounds | None) -> int:
    """The least number that is wanted."""
    if count is None:
        return 0
    return count.at_least if isinstance(count, Bounds) else count


def _path(nodes: Sequence[_Node], number: int) -> tuple[Move, ...]:
    way: list[Move] = []
    while True:
        _, _, parent, move = nodes[number]
        if move is None:
            return tuple(reversed(way))
        way.append(move)
        number = parent


def _import(profile: Profile, state: State, area: str) -> Move:
    """A key brought in from a file with its certificate, as people do it."""
    number = next_number(state)
    size = profile.memory.block if profile.memory is not None else 0
    listed = frozenset(item.number for item in state.items if item.listed) | {number}
    certified = frozenset(item.number for item in state.items if item.certificate) | {number}
    files = (StoreFile(size), StoreFile(size)) if profile.memory is not None else ()
    given = tuple(Verify(code, correct=True) for code in profile.areas[area].create_with)
    events = (*given, StoreKey(Origin.IMPORTED, size), *files, DirectoriesRead(listed, certified), SessionEnd())
    return Move(HOLDER, Action(ActionKind.IMPORT_KEY, area=area), True, events)

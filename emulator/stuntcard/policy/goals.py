"""The shortest way to a state that is wanted, or that there is none any more: asked of the law, breadth first.

Where `advise` looks for what a card is good for, here somebody says in conditions what shall be so. Moves are those of
people who give the right codes, as far as they know them; some may be allowed to be mistaken. What makes no difference
to the conditions is left out: tries and marks that they do not ask for, and new keys beyond those that they count.

Pure, as all of `policy`.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from stuntcard.policy.conditions import Seen, all_hold, claimed_ability, gone_from
from stuntcard.policy.events import DirectoriesRead, SessionEnd, StoreFile, StoreKey, Verdict, Verify
from stuntcard.policy.functions import Situation, codes_given, codes_set, done
from stuntcard.policy.law import next_number
from stuntcard.policy.moves import HOLDER, Action, Move, code_moves, content_moves, perform
from stuntcard.policy.search import deletion
from stuntcard.policy.state import CodeState, Origin, State
from stuntcard.policy.walk import ability
from stuntcard.profile.model import ActionKind, Bounds, ClaimedAction, Condition, Profile

MOST_SITUATIONS = 20_000
"""A way that leads past more situations than this is not found."""


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Where somebody is on the way to a goal: the card, what is known of it, and which of the deeds are done.

    `factory_values`: the codes that have the value of the factory. `done`: deeds by their number.
    """

    situation: Situation
    factory_values: frozenset[str] = frozenset()
    done: frozenset[int] = frozenset()
    gone: frozenset[str] = frozenset()
    """The keys of which nothing is left, by identifier."""


@dataclass(frozen=True, slots=True)
class Avoided:
    """Something that shall not happen: all of `when` holds, or, with `after`, that is done while it holds."""

    when: tuple[Condition, ...]
    after: ClaimedAction | None = None


_Node = tuple[Standpoint, int, Move | None]
"""A standpoint, the number of the one that it was come to from, and the move that led to it."""


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
    """What is wanted of a profile's card: how it shall be, and what shall have been done to it.

    What was found once is not searched for again.
    """

    def __init__(
        self,
        profile: Profile,
        conditions: Sequence[Condition],
        keys: Mapping[str, int],
        deeds: Sequence[ClaimedAction] = (),
        *,
        mistaken: Collection[str] = (),
        avoided: Sequence[Avoided] = (),
    ) -> None:
        """`keys`: the numbers of the keys that conditions name, by their identifiers; `deeds` in any order.

        `mistaken`: codes that may be given wrongly on the way; `avoided`: what the way leads past, if it can.
        """
        self.profile = profile
        self.conditions = tuple(conditions)
        self.keys = keys
        self._deeds = [claimed_ability(profile, deed) for deed in deeds]
        self._asked = _asked(self.conditions, deeds, counts_tries=bool(mistaken))
        wrong = [move for move in code_moves(profile) if not move.right and _gives_one_of(profile, move, mistaken)]
        self._moves = [*(move for move in code_moves(profile) if move.right and self._helps(move)), *wrong]
        self._avoided = avoided
        self._found: dict[object, tuple[Move, ...] | None] = {}

    def reached(self, at: Standpoint) -> bool:
        """Whether all is as it is wanted."""
        return len(at.done) == len(self._deeds) and self._holds(at, self.conditions)

    def way(self, start: Standpoint) -> tuple[Move, ...] | None:
        """The shortest way there, or None where the law has none. Raises GoalTooFarError."""
        key = self._key(start)
        if key not in self._found:
            avoided = [one for one in self._avoided if one.after is not None or not self._holds(start, one.when)]
            way = self._search(start, avoided) if avoided else None
            self._found[key] = way if way is not None else self._search(start, ())
        return self._found[key]

    def _holds(self, at: Standpoint, conditions: Sequence[Condition]) -> bool:
        return all_hold(self.profile, Seen(at.situation.state, self._left(at), at.factory_values), conditions)

    def _left(self, at: Standpoint) -> Mapping[str, int]:
        if not at.gone:
            return self.keys
        return {identifier: number for identifier, number in self.keys.items() if identifier not in at.gone}

    def _is_avoided(self, avoided: Sequence[Avoided], at: Standpoint, move: Move, after: Standpoint) -> bool:
        for one in avoided:
            if one.after is None and self._holds(after, one.when):
                return True
            if one.after is not None and move.right and ability(move) == claimed_ability(self.profile, one.after):
                return self._holds(at, one.when)
        return False

    def _search(self, start: Standpoint, avoided: Sequence[Avoided]) -> tuple[Move, ...] | None:
        nodes: list[_Node] = [(start, -1, None)]
        seen = {self._key(start)}
        queue = deque([0])
        while queue:
            number = queue.popleft()
            at, _, _ = nodes[number]
            if self.reached(at):
                return _path(nodes, number)
            for move in self._next(start, at):
                after = self.after(at, move)
                if after is None or (key := self._key(after)) in seen:
                    continue
                if not self._is_avoided(avoided, at, move, after):
                    seen.add(key)
                    queue.append(len(nodes))
                    nodes.append((after, number, move))
            if len(nodes) > MOST_SITUATIONS:
                raise GoalTooFarError(f"more than {MOST_SITUATIONS} situations lie before the goal")
        return None

    def after(self, at: Standpoint, move: Move) -> Standpoint | None:
        """Where a move leads; None where the law refuses it, or a code that it takes is forgotten."""
        situation = done(self.profile, at.situation, move) if move.right else _mistaken(self.profile, at, move)
        if situation is None:
            return None
        if not move.right:
            return replace(at, situation=situation)
        changed = frozenset(codes_set(self.profile, move))
        values = (at.factory_values - changed) | (changed & self._asked.wanted_factory_values)
        deeds = at.done.union(number for number, deed in enumerate(self._deeds) if deed == ability(move))
        return Standpoint(situation, values, deeds, at.gone | gone_from(situation.state, self._left(at)))

    def _helps(self, move: Move) -> bool:
        if ability(move) in self._deeds:
            return True
        match move.action.kind:
            case ActionKind.SET:
                return True
            case ActionKind.CHANGE:
                return self._asked.changes
            case ActionKind.ACT:
                return move.action.code is None or self._asked.tries
            case _:
                return self._asked.tries

    def _next(self, start: Standpoint, at: Standpoint) -> Iterator[Move]:
        yield from self._moves
        state = at.situation.state
        guard = self.profile.files.guard
        if not self._asked.contents:
            return
        for item in sorted(state.items, key=lambda item: item.certificate):
            if guard is not None and self.profile.areas[item.area].create_with:
                yield deletion(self.profile, state, item, guard)
        unnamed, at_first = self._unnamed(at), self._unnamed(start)
        made = {area: unnamed[area] - at_first[area] for area in self.profile.areas}
        for move in content_moves(self.profile, state, self._left(at).values()):
            area = str(move.action.area)
            if ability(move) in self._deeds and move.action.kind is not ActionKind.MAKE_KEY:
                yield move
                continue
            match move.action.kind:
                case ActionKind.MAKE_KEY if made[area] < self._asked.makes.get(area, 0):
                    yield move
                case ActionKind.STORE_CERTIFICATE:
                    yield move
                case ActionKind.DELETE_KEY | ActionKind.DELETE_CERTIFICATE if self._asked.apart:
                    yield move
        for area in self._asked.imports:
            if made[area] < self._asked.makes[area]:
                yield _import(self.profile, state, area)

    def _unnamed(self, at: Standpoint) -> Counter[str]:
        """How many items there are in each area that no condition can name."""
        named = self._left(at).values()
        return Counter(item.area for item in at.situation.state.items if item.number not in named)

    def _key(self, at: Standpoint) -> object:
        state = at.situation.state
        named = self._left(at).values()
        items = (item if item.number in named else replace(item, number=0) for item in state.items)
        return (
            tuple(self._code_key(code) for code in state.codes.values()),
            tuple(sorted(items, key=repr)) if self._asked.contents else (),
            state.files_size if self._asked.contents else 0,
            state.lost,
            at.situation.forgotten,
            at.factory_values,
            at.done,
            at.gone,
        )

    def _code_key(self, code: CodeState) -> object:
        return (
            code.status,
            code.tries_left if self._asked.tries else 0,
            code.must_change if self._asked.must_change else False,
        )


_OF_CONTENTS = frozenset(ActionKind) - {ActionKind.LOG_IN, ActionKind.CHANGE, ActionKind.SET, ActionKind.ACT}


def _gives_one_of(profile: Profile, move: Move, codes: Collection[str]) -> bool:
    return not set(codes).isdisjoint(codes_given(profile, move))


def _mistaken(profile: Profile, at: Standpoint, move: Move) -> Situation | None:
    """What giving a code wrongly makes of a situation; None where the law does not even look at it."""
    state, verdict = perform(profile, at.situation.state, move)
    return replace(at.situation, state=state) if verdict is Verdict.WRONG_CODE else None


def _asked(conditions: Sequence[Condition], deeds: Sequence[ClaimedAction], *, counts_tries: bool) -> _Asked:
    makes: dict[str, int] = {}
    for condition in conditions:
        if condition.area is not None:
            counts = (condition.used, condition.paired, condition.unpaired, condition.imported)
            makes[condition.area] = max(makes.get(condition.area, 0), *(_at_least(count) for count in counts))
    for deed in deeds:
        if deed.area is not None and deed.do in {ActionKind.MAKE_KEY, ActionKind.IMPORT_KEY}:
            makes[deed.area] = max(makes.get(deed.area, 0), 1)
    values = [condition for condition in conditions if condition.factory_value is not None]
    must_change = any(condition.must_change is not None for condition in conditions)
    looks_further = any(condition.can is not None or condition.final for condition in conditions)
    return _Asked(
        tries=counts_tries or any(condition.tries is not None for condition in conditions),
        must_change=must_change,
        wanted_factory_values=frozenset(str(one.code) for one in values if one.factory_value),
        changes=must_change or bool(values),
        makes=makes,
        imports=frozenset(str(one.area) for one in conditions if _at_least(one.imported))
        | frozenset(str(deed.area) for deed in deeds if deed.do is ActionKind.IMPORT_KEY),
        contents=looks_further
        or any(one.area is not None or one.key is not None for one in conditions)
        or any(deed.do in _OF_CONTENTS for deed in deeds),
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
        _, parent, move = nodes[number]
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

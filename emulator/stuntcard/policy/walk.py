"""Walks every state that the law can reach, breadth first, by calling `law.step` through the moves of `moves`.

What a state is here, and what is left out because the law does not ask for it:

- States are those between two sittings: no code is given then.
- Secret values are right or wrong; new values always fit their code's rule (others are refused and change nothing).
- Keys are numbered anew after each move, sorted, so that cards alike in all but the order of making count once.
- An area with places takes as many keys as there are; the law asks nothing of a key's origin, so keys are made on the
  card, never imported. With memory shared by everything, every key and every file takes one block.
- An area without either limit is capped at one key beside those from the factory, and certificates of such a key are
  left out, as are keys left over there: more of them opens and shuts nothing. The moves are asked for all the same.

A move is asked of the law once for all states in which the law sees the same. What it sees is found, not told: the
law runs on a state that lacks everything but the lost parts, and each thing that it looks for in vain is added. What it
did without looking at the rest, it does whatever the rest is.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Generic, Never, TypeVar, cast

from stuntcard.policy.events import Verdict
from stuntcard.policy.moves import Action, Move, code_moves, content_moves, perform
from stuntcard.policy.state import CodeState, Item, KeyRights, Origin, State, factory_state
from stuntcard.profile.model import Profile

MAX_STATES = 2_000_000
"""A profile that has more states than this is not walked to its end."""

Row = tuple[int, ...]
"""A state as small numbers: the lost parts, each code in the profile's order, and what is stored."""
Contents = tuple[tuple[Item, ...], int]
Ability = tuple[str, Action]
"""Something that a card can do for somebody: who does it, and the action, of no certain key."""
T = TypeVar("T")


class TooManyStatesError(ValueError):
    """The profile has more states than can be walked."""


@dataclass(slots=True)
class Walk:
    """All states, in the order of their distance from the factory state (number 0), and the transitions between them.

    A transition is a move that changes the state. Those of state `s` are at `first[s]` up to `first[s + 1]` in
    `targets` (the state they lead to) and `by` (the move's number in `moves`). `parents` and `parent_moves` give one
    shortest way to each state. `abilities` has a bit for each ability, and `done` for each state the abilities that
    it has now, as a sum of these bits.
    """

    profile: Profile
    moves: list[Move] = field(default_factory=list)
    abilities: dict[Ability, int] = field(default_factory=dict)
    first: array[int] = field(default_factory=lambda: array("I", [0]))
    targets: array[int] = field(default_factory=lambda: array("I"))
    by: array[int] = field(default_factory=lambda: array("I"))
    parents: array[int] = field(default_factory=lambda: array("i", [-1]))
    parent_moves: array[int] = field(default_factory=lambda: array("i", [-1]))
    done: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    losses: list[frozenset[str]] = field(default_factory=list)
    """The sets of lost parts, by their number in a row."""
    codes: list[list[CodeState]] = field(default_factory=list)
    """For each code, its states by their number in a row."""
    contents: list[Contents] = field(default_factory=list)
    """What is stored, by its number in a row."""

    def __len__(self) -> int:
        return len(self.rows)

    def state(self, number: int) -> State:
        """The state of that number, as the law knows it."""
        lost, *codes, contents = self.rows[number]
        items, files_size = self.contents[contents]
        names = zip(self.profile.codes, self.codes, codes, strict=True)
        return State({name: values[i] for name, values, i in names}, items, self.losses[lost], files_size=files_size)

    def leaving(self, number: int) -> Iterator[tuple[int, int]]:
        """The transitions from a state: the state that each leads to, and its move."""
        at = slice(self.first[number], self.first[number + 1])
        return zip(self.targets[at], self.by[at], strict=True)

    def path(self, number: int) -> list[Move]:
        """A shortest way from the factory state to this one."""
        way = []
        while self.parents[number] >= 0:
            way.append(self.moves[self.parent_moves[number]])
            number = self.parents[number]
        return way[::-1]


def ability(move: Move) -> Ability:
    """The ability that a move asks of the card."""
    return move.who, replace(move.action, number=None)


def walk(profile: Profile, max_states: int = MAX_STATES) -> Walk:
    """Every state that the law can reach. Raises TooManyStatesError."""
    return _Walker(profile, max_states).walk()


class _HiddenError(Exception):
    """The law looked at what is stored."""


class _Hidden:
    """Stands for what is stored, in a state that shows nothing of it."""

    def _look(self, *_: object) -> Never:
        raise _HiddenError

    __iter__ = __len__ = __bool__ = __contains__ = __getitem__ = _look
    __add__ = __radd__ = __sub__ = __rsub__ = __lt__ = __le__ = __gt__ = __ge__ = _look


_NOT_SHOWN = cast(Contents, (_Hidden(), _Hidden()))


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a group's moves do: the abilities that they show, and what each changing move puts where in a row."""

    done: int
    changes: tuple[tuple[int, tuple[tuple[int, int], ...]], ...]


@dataclass(slots=True)
class _Group:
    """Moves whose outcome the law reads off the same few positions of a row."""

    positions: tuple[int, ...]
    moves: list[int] = field(default_factory=list)
    answers: dict[object, _Answer] = field(default_factory=dict)
    key: Callable[[Row], object] = field(init=False)

    def __post_init__(self) -> None:
        self.key = itemgetter(*self.positions)


class _LooksFurtherError(Exception):
    """The law needs another position of the row to answer a move."""

    def __init__(self, move: int, position: int) -> None:
        self.move = move
        self.position = position


class _Numbers(Generic[T]):
    """Small numbers for values, in the order in which they come."""

    def __init__(self, values: list[T]) -> None:
        self.values = values
        self._numbers: dict[T, int] = {}

    def of(self, value: T) -> int:
        number = self._numbers.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


_LOST = 0
"""The position of the lost parts in a row; the codes follow, and what is stored comes last."""


class _Walker:
    def __init__(self, profile: Profile, max_states: int) -> None:
        self._profile = profile
        self._max_states = max_states
        self._names = list(profile.codes)
        self._stored = len(self._names) + 1
        self._walk = Walk(profile, codes=[[] for _ in self._names])
        self._losses = _Numbers(self._walk.losses)
        self._codes = [_Numbers(values) for values in self._walk.codes]
        self._contents = _Numbers(self._walk.contents)
        self._seen: dict[Ability, tuple[int, ...]] = {}
        self._code_groups: list[_Group] = []
        self._content_groups: list[list[_Group]] = []
        for move in code_moves(profile):
            self._add_move(move, self._code_groups)

    def walk(self) -> Walk:
        walk = self._walk
        start = self._row(factory_state(self._profile))
        numbers = {start: 0}
        walk.rows.append(start)
        # The list grows while it is walked; that is the queue of the breadth-first search.
        for number, row in enumerate(walk.rows):
            done, changes = self._answers(row)
            walk.done.append(done)
            for move, patch in changes:
                cells = list(row)
                for position, value in patch:
                    cells[position] = value
                target = tuple(cells)
                target_number = numbers.get(target)
                if target_number is None:
                    target_number = numbers[target] = len(walk.rows)
                    walk.rows.append(target)
                    walk.parents.append(number)
                    walk.parent_moves.append(move)
                walk.targets.append(target_number)
                walk.by.append(move)
            walk.first.append(len(walk.targets))
            if len(walk.rows) > self._max_states:
                raise TooManyStatesError(f"{self._profile.name} has more than {self._max_states} states")
        return walk

    def _row(self, state: State) -> Row:
        codes = (numbers.of(state.codes[name]) for name, numbers in zip(self._names, self._codes, strict=True))
        contents = _normal_contents(self._profile, (state.items, state.files_size))
        return self._losses.of(state.lost), *codes, self._contents.of(contents)

    def _answers(self, row: Row) -> tuple[int, list[tuple[int, tuple[tuple[int, int], ...]]]]:
        """What all moves do in this state. When the law turns out to look further, all groups are asked anew."""
        while True:
            done = 0
            changes: list[tuple[int, tuple[tuple[int, int], ...]]] = []
            try:
                for groups in (self._code_groups, self._groups_of_contents(row[-1])):
                    for group in groups:
                        key = group.key(row)
                        answer = group.answers.get(key)
                        if answer is None:
                            answer = group.answers[key] = self._ask(group, row)
                        done |= answer.done
                        changes += answer.changes
            except _LooksFurtherError as further:
                self._widen(groups, group, further)
            else:
                return done, changes

    def _groups_of_contents(self, contents: int) -> list[_Group]:
        """The moves with what is stored differ with what is stored."""
        while len(self._content_groups) <= contents:
            groups: list[_Group] = []
            items, _ = self._walk.contents[len(self._content_groups)]
            for move in content_moves(self._profile, State({}, items)):
                self._add_move(move, groups)
            self._content_groups.append(groups)
        return self._content_groups[contents]

    def _add_move(self, move: Move, groups: list[_Group]) -> None:
        self._walk.abilities.setdefault(ability(move), 1 << len(self._walk.abilities))
        self._walk.moves.append(move)
        self._put(groups, self._seen.setdefault(ability(move), (_LOST,)), len(self._walk.moves) - 1)

    def _put(self, groups: list[_Group], positions: tuple[int, ...], move: int) -> None:
        group = next((group for group in groups if group.positions == positions), None)
        if group is None:
            group = _Group(positions)
            groups.append(group)
        group.moves.append(move)
        group.answers.clear()

    def _widen(self, groups: list[_Group], group: _Group, further: _LooksFurtherError) -> None:
        group.moves.remove(further.move)
        group.answers.clear()
        if not group.moves:
            groups.remove(group)
        asked = ability(self._walk.moves[further.move])
        positions = tuple(sorted({*group.positions, further.position}))
        self._seen[asked] = tuple(sorted({*self._seen[asked], *positions}))
        self._put(groups, positions, further.move)

    def _ask(self, group: _Group, row: Row) -> _Answer:
        done = 0
        changes = []
        for number in group.moves:
            move = self._walk.moves[number]
            verdict, patch = self._ask_law(number, move, group.positions, row)
            if verdict is Verdict.DONE and move.right:
                done |= self._walk.abilities[ability(move)]
            if patch:
                changes.append((number, patch))
        return _Answer(done, tuple(changes))

    def _ask_law(
        self, number: int, move: Move, positions: tuple[int, ...], row: Row
    ) -> tuple[Verdict, tuple[tuple[int, int], ...]]:
        """What the law makes of a move when it sees these positions only."""
        shown = {self._names[at - 1]: at for at in positions if _LOST < at < self._stored}
        contents = self._contents.values[row[-1]] if self._stored in positions else _NOT_SHOWN
        state = State(
            {name: self._codes[at - 1].values[row[at]] for name, at in shown.items()},
            contents[0],
            self._losses.values[row[_LOST]],
            files_size=contents[1],
        )
        try:
            result, verdict = perform(self._profile, state, move)
        except _HiddenError:
            raise _LooksFurtherError(number, self._stored) from None
        except KeyError as error:
            if error.args[0] not in self._names or error.args[0] in shown:
                raise
            raise _LooksFurtherError(number, self._names.index(error.args[0]) + 1) from None
        assert result.codes.keys() == shown.keys(), "the law changes no code that it has not looked at"
        after = {at: self._codes[at - 1].of(result.codes[name]) for name, at in shown.items()}
        after[_LOST] = self._losses.of(result.lost)
        if (result.items, result.files_size) != contents:
            after[self._stored] = self._contents.of(_normal_contents(self._profile, (result.items, result.files_size)))
        return verdict, tuple((at, value) for at, value in after.items() if value != row[at])


def _normal_contents(profile: Profile, contents: Contents) -> Contents:
    """The same contents without what makes no difference, the items in one order and numbered in it."""
    items, files_size = contents
    kept = []
    keys_kept = set[tuple[str, KeyRights]]()
    for item in items:
        if _has_limit(profile, item.area) or item.key is Origin.FACTORY:
            kept.append(item)
        elif item.key and item.listed and (item.area, item.rights) not in keys_kept:
            keys_kept.add((item.area, item.rights))
            kept.append(replace(item, certificate=False))
    kept.sort(key=lambda item: (item.area, item.key or "", item.listed, item.certificate, item.size, repr(item.rights)))
    return tuple(replace(item, number=number) for number, item in enumerate(kept, 1)), files_size


def _has_limit(profile: Profile, area: str) -> bool:
    return profile.areas[area].places is not None or profile.memory is not None

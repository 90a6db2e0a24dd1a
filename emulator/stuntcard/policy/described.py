"""From what somebody says of a card to a whole state of it, by events of the law only.

What is said is matched against the states that the law can lead to: nothing is ever set by hand, so that a state which
no card can come to is found out, and with it what in the description can't go together.

Pure, as all of `policy`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stuntcard.policy.events import Verdict
from stuntcard.policy.functions import Situation, codes_given, working
from stuntcard.policy.moves import Move, code_moves, content_moves, perform
from stuntcard.policy.state import State, factory_state
from stuntcard.profile.model import ActionKind, CodeStatus, Profile


@dataclass(frozen=True, slots=True)
class CodeIs:
    """A code is said to have this status and, when it is set, perhaps this many tries left."""

    code: str
    status: CodeStatus
    tries_left: int | None = None


@dataclass(frozen=True, slots=True)
class PartIs:
    """A part (`card`: the whole card) is said to be lost for good, or not."""

    part: str
    lost: bool = True


@dataclass(frozen=True, slots=True)
class KeysAre:
    """An area is said to hold this many keys with certificate, and this many without."""

    area: str
    paired: int
    unpaired: int = 0


@dataclass(frozen=True, slots=True)
class ChangeIsDue:
    """A code is said to be one that still has to be changed, or not."""

    code: str
    due: bool = True


Trait = CodeIs | PartIs | KeysAre | ChangeIsDue


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing that is done on a way: a move, as many times as given, or None: the keys are put on the card."""

    move: Move | None
    times: int = 1


@dataclass(frozen=True, slots=True)
class History:
    """A state, and how a card comes to it from the factory."""

    state: State
    stages: tuple[Stage, ...]


class NoSuchStateError(ValueError):
    """No card can come to a state that has all these traits.

    `traits` can't go together, and none of them can be left out; `instead` is what the last one can be where the
    others are as said: all its values, and of keys the most that there can be.
    """

    def __init__(self, traits: tuple[Trait, ...], instead: tuple[Trait, ...]) -> None:
        self.traits = traits
        self.instead = instead
        super().__init__(f"{traits} can't go together")


def state_described(profile: Profile, traits: Sequence[Trait]) -> State:
    """A state that has all these traits, and in which otherwise as much works as can be.

    Raises NoSuchStateError.
    """
    return history_described(profile, traits).state


def history_described(profile: Profile, traits: Sequence[Trait]) -> History:
    """The way from the factory to the state that `state_described` gives. Raises NoSuchStateError."""
    reachable = _Reachable(profile)
    found = reachable.having(traits)
    if not found:
        raise _no_such_state(reachable, traits)
    best = max(found, key=lambda node: _ease(profile, traits, node.state))
    state, stages = best.state, best.stages()
    for trait in traits:
        if isinstance(trait, CodeIs) and trait.tries_left is not None:
            state, last = _with_tries_left(profile, state, trait.code, trait.tries_left)
            stages += last
    return History(state, stages)


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """A state that was come to, whether the keys are on the card there, and what was done last."""

    state: State
    filled: bool
    before: _Node | None = None
    stage: Stage | None = None

    def stages(self) -> tuple[Stage, ...]:
        done: list[Stage] = []
        node: _Node | None = self
        while node is not None and node.stage is not None:
            done.append(node.stage)
            node = node.before
        return tuple(reversed(done))


class _Reachable:
    """The states that a card can come to, walked once for each set of keys that it shall hold."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._walked: dict[tuple[KeysAre, ...], list[_Node]] = {}

    def having(self, traits: Sequence[Trait]) -> list[_Node]:
        """The states that have all these traits, nearest first."""
        keys = tuple(trait for trait in traits if isinstance(trait, KeysAre))
        if keys not in self._walked:
            self._walked[keys] = [node for node in _nodes(self._profile, keys) if node.filled]
        others = [trait for trait in traits if not isinstance(trait, KeysAre)]
        return [node for node in self._walked[keys] if all(_has(node.state, trait) for trait in others)]


def _has(state: State, trait: CodeIs | PartIs | ChangeIsDue) -> bool:
    match trait:
        case CodeIs(code, status):
            return state.codes[code].status is status
        case PartIs(part, lost):
            return (part in state.lost) is lost
        case ChangeIsDue(code, due):
            return state.codes[code].must_change is due


def _ease(profile: Profile, traits: Sequence[Trait], state: State) -> tuple[int, ...]:
    """How well the card does in what nobody spoke of."""
    spoken_of = {trait.code for trait in traits if isinstance(trait, CodeIs)}
    rest = [code for name, code in state.codes.items() if name not in spoken_of]
    return (
        -len(state.lost),
        len(working(profile, Situation(state))),
        sum(code.status is CodeStatus.SET for code in rest),
        -sum(code.must_change for code in state.codes.values()),
    )


def _nodes(profile: Profile, keys: Sequence[KeysAre]) -> Iterator[_Node]:
    """The states that a card can come to, nearest first, each with whether these keys are on it.

    A code has all its tries there, or none: between them nothing changes but their number.
    """
    moves = moves_that_matter(profile)
    start = _Node(factory_state(profile), not keys)
    seen = {_key(start.state, start.filled)}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        yield node
        for state, filled, stage in _following(profile, node, moves, keys):
            if _key(state, filled) not in seen:
                seen.add(_key(state, filled))
                queue.append(_Node(state, filled, node, stage))


def _following(
    profile: Profile, node: _Node, moves: Sequence[Move], keys: Sequence[KeysAre]
) -> Iterator[tuple[State, bool, Stage]]:
    for move in moves:
        state, times = perform_repeatedly(profile, node.state, move)
        yield state, node.filled, Stage(move, times)
    with_keys = None if node.filled else _with_keys(profile, node.state, keys)
    if with_keys is not None:
        yield with_keys, True, Stage(None)


def moves_that_matter(profile: Profile) -> tuple[Move, ...]:
    """Right moves but those that only give a code, which has all its tries; and one way to give each code wrongly."""
    right = [move for move in code_moves(profile) if move.right and move.action.kind is not ActionKind.LOG_IN]
    return (*right, *wrong_moves(profile).values())


def wrong_moves(profile: Profile) -> dict[str, Move]:
    """For each code, the plainest move in which it is given wrongly."""
    wrong: dict[str, Move] = {}
    for move in code_moves(profile):
        if not move.right:
            for code in codes_given(profile, move):
                wrong.setdefault(code, move)
    plain = [move for move in code_moves(profile) if not move.right and move.action.kind is ActionKind.LOG_IN]
    return wrong | {str(move.action.code): move for move in plain}


def _key(state: State, filled: bool) -> tuple[object, ...]:
    return (tuple(state.codes.values()), state.lost, filled)


def perform_repeatedly(profile: Profile, state: State, move: Move) -> tuple[State, int]:
    """What a move makes of a state; one with wrong codes is gone on with until there are no tries left."""
    times = 0
    verdict = Verdict.WRONG_CODE
    while verdict is Verdict.WRONG_CODE:
        state, verdict = perform(profile, state, move)
        # What is refused, as of a code that has just been blocked, need not be done.
        times += verdict in (Verdict.DONE, Verdict.WRONG_CODE)
    return state, times


def _with_keys(profile: Profile, state: State, keys: Sequence[KeysAre]) -> State | None:
    """With all these keys made; None when the law does not let them all in."""
    made: State | None = state
    for trait in keys:
        # Those with certificates first: a certificate goes to any key that has none.
        for kinds, count in (
            ((ActionKind.MAKE_KEY, ActionKind.STORE_CERTIFICATE), trait.paired),
            ((ActionKind.MAKE_KEY,), trait.unpaired),
        ):
            for kind in kinds * count:
                made = _stored(profile, made, kind, trait.area) if made is not None else None
    return made


def _stored(profile: Profile, state: State, kind: ActionKind, area: str) -> State | None:
    for move in content_moves(profile, state):
        if move.action.kind is kind and move.action.area == area:
            after, verdict = perform(profile, state, move)
            if verdict is Verdict.DONE:
                return after
    return None


def _with_tries_left(profile: Profile, state: State, code: str, tries_left: int) -> tuple[State, tuple[Stage, ...]]:
    wrong = wrong_moves(profile)[code]
    times = 0
    while state.codes[code].tries_left > tries_left:
        state, _ = perform(profile, state, wrong)
        times += 1
    return state, (Stage(wrong, times),) if times else ()


def _no_such_state(reachable: _Reachable, traits: Sequence[Trait]) -> NoSuchStateError:
    """Leaves out traits for as long as the rest can't go together either."""
    conflict = list(traits)
    for trait in traits:
        rest = [other for other in conflict if other is not trait]
        if not reachable.having(rest):
            conflict = rest
    *others, last = conflict
    return NoSuchStateError(tuple(conflict), tuple(_possible(reachable, others, last)))


def _possible(reachable: _Reachable, others: Sequence[Trait], last: Trait) -> Sequence[Trait]:
    """What the last trait can be where the others are as said; of keys, the most that there can be."""
    match last:
        case CodeIs(code):
            found: list[Trait] = [CodeIs(code, node.state.codes[code].status) for node in reachable.having(others)]
        case PartIs(part):
            found = [PartIs(part, part in node.state.lost) for node in reachable.having(others)]
        case ChangeIsDue(code):
            found = [ChangeIsDue(code, node.state.codes[code].must_change) for node in reachable.having(others)]
        case KeysAre(area, paired, unpaired):
            fewer = [KeysAre(area, min(paired, n), n - min(paired, n)) for n in range(paired + unpaired)]
            found = [next(keys for keys in reversed(fewer) if reachable.having([*others, keys]))]
    return list(dict.fromkeys(found))

"""From what somebody says of a card to a whole state of it, by events of the law only.

What is said is matched against the states that the law can lead to: nothing is ever set by hand, so that a state which
no card can come to is found out, and with it what in the description can't go together.

Pure, as all of `policy`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from emulator.policy.events import Verdict
from emulator.policy.functions import Situation, codes_given, working
from emulator.policy.moves import Move, code_moves, content_moves, perform
from emulator.policy.state import State, factory_state
from emulator.profile.model import CodeStatus, DeedKind, Profile


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


Trait = CodeIs | PartIs | KeysAre


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
    reachable = _Reachable(profile)
    found = reachable.having(traits)
    if not found:
        raise _no_such_state(reachable, traits)
    best = max(found, key=lambda state: _ease(profile, traits, state))
    for trait in traits:
        if isinstance(trait, CodeIs) and trait.tries_left is not None:
            best = _with_tries_left(profile, best, trait.code, trait.tries_left)
    return best


class _Reachable:
    """The states that a card can come to, walked once for each set of keys that it shall hold."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._walked: dict[tuple[KeysAre, ...], list[State]] = {}

    def having(self, traits: Sequence[Trait]) -> list[State]:
        """The states that have all these traits, nearest first."""
        keys = tuple(trait for trait in traits if isinstance(trait, KeysAre))
        if keys not in self._walked:
            self._walked[keys] = [state for state, filled in _states(self._profile, keys) if filled]
        others = [trait for trait in traits if not isinstance(trait, KeysAre)]
        return [state for state in self._walked[keys] if all(_has(state, trait) for trait in others)]


def _has(state: State, trait: CodeIs | PartIs) -> bool:
    match trait:
        case CodeIs(code, status):
            return state.codes[code].status is status
        case PartIs(part, lost):
            return (part in state.lost) is lost


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


def _states(profile: Profile, keys: Sequence[KeysAre]) -> Iterator[tuple[State, bool]]:
    """The states that a card can come to, nearest first, each with whether these keys are on it.

    A code has all its tries there, or none: between them nothing changes but their number.
    """
    moves = _moves_that_matter(profile)
    start = (factory_state(profile), not keys)
    seen = {_key(*start)}
    queue = deque([start])
    while queue:
        state, filled = queue.popleft()
        yield state, filled
        following = [(_performed(profile, state, move), filled) for move in moves]
        with_keys = None if filled else _with_keys(profile, state, keys)
        if with_keys is not None:
            following.append((with_keys, True))
        for after in following:
            if _key(*after) not in seen:
                seen.add(_key(*after))
                queue.append(after)


def _moves_that_matter(profile: Profile) -> tuple[Move, ...]:
    """Right moves but those that only give a code, which has all its tries; and one way to give each code wrongly."""
    right = [move for move in code_moves(profile) if move.right and move.deed.kind is not DeedKind.LOG_IN]
    return (*right, *_wrong_moves(profile).values())


def _wrong_moves(profile: Profile) -> dict[str, Move]:
    """For each code, the plainest move in which it is given wrongly."""
    wrong: dict[str, Move] = {}
    for move in code_moves(profile):
        if not move.right:
            for code in codes_given(profile, move):
                wrong.setdefault(code, move)
    plain = [move for move in code_moves(profile) if not move.right and move.deed.kind is DeedKind.LOG_IN]
    return wrong | {str(move.deed.code): move for move in plain}


def _key(state: State, filled: bool) -> tuple[object, ...]:
    return (tuple(state.codes.values()), state.lost, filled)


def _performed(profile: Profile, state: State, move: Move) -> State:
    """What a move makes of a state; one with wrong codes is gone on with until there are no tries left."""
    state, verdict = perform(profile, state, move)
    while verdict is Verdict.WRONG_CODE:
        state, verdict = perform(profile, state, move)
    return state


def _with_keys(profile: Profile, state: State, keys: Sequence[KeysAre]) -> State | None:
    """With all these keys made; None when the law does not let them all in."""
    made: State | None = state
    for trait in keys:
        # Those with certificates first: a certificate goes to any key that has none.
        for kinds, count in (
            ((DeedKind.MAKE_KEY, DeedKind.STORE_CERTIFICATE), trait.paired),
            ((DeedKind.MAKE_KEY,), trait.unpaired),
        ):
            for kind in kinds * count:
                made = _stored(profile, made, kind, trait.area) if made is not None else None
    return made


def _stored(profile: Profile, state: State, kind: DeedKind, area: str) -> State | None:
    for move in content_moves(profile, state):
        if move.deed.kind is kind and move.deed.area == area:
            after, verdict = perform(profile, state, move)
            if verdict is Verdict.DONE:
                return after
    return None


def _with_tries_left(profile: Profile, state: State, code: str, tries_left: int) -> State:
    wrong = _wrong_moves(profile)[code]
    while state.codes[code].tries_left > tries_left:
        state, _ = perform(profile, state, wrong)
    return state


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
            found: list[Trait] = [CodeIs(code, state.codes[code].status) for state in reachable.having(others)]
        case PartIs(part):
            found = [PartIs(part, part in state.lost) for state in reachable.having(others)]
        case KeysAre(area, paired, unpaired):
            fewer = [KeysAre(area, min(paired, n), n - min(paired, n)) for n in range(paired + unpaired)]
            found = [next(keys for keys in reversed(fewer) if reachable.having([*others, keys]))]
    return list(dict.fromkeys(found))

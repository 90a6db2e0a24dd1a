"""How the card that is there can be brought to a state that somebody wants: by the law, and by force where it can't.

`described` begins with a card from the factory and refuses what no card can come to. Here the card has a history, and
may be far from where it is wanted, dead for example; so what the law has no way to is told, and may be forced.

Pure, as all of `policy`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from stuntcard.policy.described import CodeIs, PartIs, Stage, moves_that_matter, perform_repeatedly, wrong_moves
from stuntcard.policy.functions import codes_given
from stuntcard.policy.moves import Move, code_moves, perform
from stuntcard.policy.state import CodeState, State
from stuntcard.profile.model import ActionKind, CodeStatus, Profile

Wanted = CodeIs | PartIs


@dataclass(frozen=True, slots=True)
class Route:
    """The state at the end, and what led there: by the law, in this order, and by force.

    Of what nobody spoke of, as little is changed as can be.
    """

    state: State
    stages: tuple[Stage, ...]
    forced: tuple[Wanted, ...]


def route_to(profile: Profile, state: State, wanted: Sequence[Wanted]) -> Route:
    """The way from a state to one that is as wanted; what the law has no way to is forced, and no more than that."""
    # What is lost decides what codes can still do, so it comes first.
    open_ = sorted(wanted, key=lambda one: isinstance(one, CodeIs))
    stages: list[Stage] = []
    forced: list[Wanted] = []
    while True:
        state, made = _by_law(profile, state, [*forced, *open_])
        stages += made
        missing = next((one for one in open_ if not _is(state, one)), None)
        if missing is None:
            return Route(state, tuple(stages), tuple(forced))
        state = _with(profile, state, missing)
        open_.remove(missing)
        forced.append(missing)


def _by_law(profile: Profile, state: State, wanted: Sequence[Wanted]) -> tuple[State, list[Stage]]:
    """As far as the law leads; of what can't go together, what stands first is kept."""
    reached = list(_reached(profile, state))
    for one in wanted:
        having = [there for there in reached if _status_is(there[0], one)]
        reached = having or reached
    spoken_of = {one.code if isinstance(one, CodeIs) else one.part for one in wanted}
    best, way = min(reached, key=lambda there: (_disturbance(state, there[0], spoken_of), len(there[1])))
    counts = {name: code.tries_left for name, code in state.codes.items() if name not in spoken_of}
    counts |= {one.code: one.tries_left for one in wanted if isinstance(one, CodeIs) and one.tries_left is not None}
    made = list(way)
    for code, tries_left in counts.items():
        best, more = _with_tries(profile, best, code, tries_left)
        made += more
    return best, made


def _reached(profile: Profile, state: State) -> Iterator[tuple[State, tuple[Stage, ...]]]:
    """The states that moves lead to, nearest first, apart by all but the numbers of tries left; and the way there."""
    matter = moves_that_matter(profile)
    seen = {_key(state)}
    queue: deque[tuple[State, tuple[Stage, ...]]] = deque([(state, ())])
    while queue:
        at, way = queue.popleft()
        yield at, way
        for move in matter:
            after, times = perform_repeatedly(profile, at, move)
            if _key(after) not in seen:
                seen.add(_key(after))
                queue.append((after, (*way, Stage(move, times))))


def _key(state: State) -> tuple[object, ...]:
    return (tuple((code.status, code.must_change) for code in state.codes.values()), state.lost)


def _disturbance(before: State, after: State, spoken_of: set[str]) -> tuple[int, int]:
    """How much is different in what nobody spoke of; a code that need not be changed any more is the lesser thing."""
    others = [name for name in before.codes if name not in spoken_of]
    statuses = sum(before.codes[name].status is not after.codes[name].status for name in others)
    marks = sum(before.codes[name].must_change is not after.codes[name].must_change for name in others)
    return statuses + len((before.lost ^ after.lost) - spoken_of), marks


def _with_tries(profile: Profile, state: State, code: str, tries_left: int) -> tuple[State, list[Stage]]:
    """With so many tries left of a code that is set, if there is a way: the right one given, then wrong ones."""
    made: list[Stage] = []
    if state.codes[code].status is not CodeStatus.SET or state.codes[code].tries_left == tries_left:
        return state, made
    right, wrong = _right_move(profile, code), wrong_moves(profile).get(code)
    if state.codes[code].tries_left < tries_left and right is not None:
        state, _ = perform(profile, state, right)
        made.append(Stage(right))
    too_many = state.codes[code].tries_left - max(1, tries_left)
    if wrong is not None and too_many > 0:
        for _ in range(too_many):
            state, _ = perform(profile, state, wrong)
        made.append(Stage(wrong, too_many))
    return state, made


def _right_move(profile: Profile, code: str) -> Move | None:
    """The move in which a code is given rightly and nothing else happens."""
    for move in code_moves(profile):
        action = move.action
        only_given = action.kind is ActionKind.LOG_IN or (action.kind is ActionKind.ACT and action.code is not None)
        if move.right and only_given and codes_given(profile, move) == (code,):
            return move
    return None


def _status_is(state: State, wanted: Wanted) -> bool:
    if isinstance(wanted, PartIs):
        return (wanted.part in state.lost) is wanted.lost
    return state.codes[wanted.code].status is wanted.status


def _is(state: State, wanted: Wanted) -> bool:
    if not _status_is(state, wanted):
        return False
    return isinstance(wanted, PartIs) or wanted.tries_left in (None, state.codes[wanted.code].tries_left)


def _with(profile: Profile, state: State, forced: Wanted) -> State:
    """With one thing as it is wanted, and nothing else changed."""
    if isinstance(forced, PartIs):
        return replace(state, lost=state.lost | {forced.part} if forced.lost else state.lost - {forced.part})
    limit = profile.codes[forced.code].tries.limit
    tries = 0 if forced.status is CodeStatus.BLOCKED else forced.tries_left or limit
    code = CodeState(forced.status, tries, max(tries, state.codes[forced.code].tries_limit))
    return replace(state.with_code(forced.code, code), verified=state.verified - {forced.code})

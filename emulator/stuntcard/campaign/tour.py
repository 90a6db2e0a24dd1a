"""Which of a law's transitions a walk is to take, and a way that takes them all.

What a move does is told by the move, by what the law says to it, and by what becomes another: each such thing is to be
seen at least once, those that change nothing among them (a blocked code that is given loses no try). How often the same
happens beside other states of codes that have nothing to do with it does not count; `everywhere` asks for it all the
same, each move in each state.

The states are those of codes and parts; what is stored on a card has no part in them. A way goes to the nearest thing
that was not seen yet; where none can be reached any more (a dead chip), it begins again with a card from the factory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from stuntcard.policy.events import Verdict
from stuntcard.policy.moves import Move, code_moves, perform
from stuntcard.policy.state import State, factory_state
from stuntcard.profile.model import Profile

MAX_STATES = 200_000

Changed = tuple[object, ...]


class TooManyStatesError(ValueError):
    """The profile's codes have more states than can be walked."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A move in a state, and what the law makes of it."""

    move: Move
    verdict: Verdict
    before: int
    after: int
    shows: object
    """What is seen by it; the same for transitions that differ in nothing that matters."""


@dataclass(slots=True)
class Map:
    """All states of codes and parts that moves lead to, and the transitions from each."""

    states: list[State]
    leaving: list[list[Transition]]
    everything: frozenset[object] = field(init=False)

    def __post_init__(self) -> None:
        self.everything = frozenset(one.shows for transitions in self.leaving for one in transitions)


def map_of(profile: Profile, wanted: Callable[[Move], bool], *, everywhere: bool = False) -> Map:
    """The map of the moves that are wanted. Raises TooManyStatesError."""
    moves = [move for move in code_moves(profile) if wanted(move)]
    states, leaving = [factory_state(profile)], list[list[Transition]]()
    numbers = {_seen(states[0]): 0}
    # The list grows while it is walked; that is the queue of the breadth-first search.
    for number, state in enumerate(states):
        found = []
        for place, move in enumerate(moves):
            after, verdict = perform(profile, state, move)
            target = numbers.setdefault(_seen(after), len(states))
            if target == len(states):
                states.append(after)
            shows = (place, number) if everywhere else (place, verdict, _changed(state, after))
            found.append(Transition(move, verdict, number, target, shows))
        leaving.append(found)
        if len(states) > MAX_STATES:
            raise TooManyStatesError(f"{profile.name} has more than {MAX_STATES:,} states of codes and parts")
    return Map(states, leaving)


def tours(walked: Map) -> Iterator[list[Transition]]:
    """Ways, each from the factory's state, that together show everything that the map has."""
    missing = set(walked.everything)
    while missing:
        tour: list[Transition] = []
        at = 0
        while steps := _nearest(walked, at, missing):
            tour += steps
            missing -= {step.shows for step in steps}
            at = steps[-1].after
        assert tour, "what can't be reached is not on the map"
        yield tour


def _nearest(walked: Map, start: int, missing: set[object]) -> Sequence[Transition]:
    """A shortest way from a state that ends with something missing; none when nothing can be reached."""
    came: dict[int, Transition | None] = {start: None}
    waiting = deque([start])
    while waiting:
        at = waiting.popleft()
        for step in walked.leaving[at]:
            if step.shows in missing:
                return [*_way(came, at), step]
            if step.after not in came:
                came[step.after] = step
                waiting.append(step.after)
    return ()


def _way(came: dict[int, Transition | None], at: int) -> list[Transition]:
    way = []
    while (step := came[at]) is not None:
        way.append(step)
        at = step.before
    return way[::-1]


def _seen(state: State) -> object:
    return tuple(state.codes.items()), state.lost


def _changed(before: State, after: State) -> Changed:
    """What is another afterwards: each code with its states, and the parts that were lost."""
    codes = tuple((name, code, after.codes[name]) for name, code in before.codes.items() if code != after.codes[name])
    return (*codes, tuple(sorted(after.lost - before.lost)))

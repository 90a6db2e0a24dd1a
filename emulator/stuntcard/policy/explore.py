"""What can become of a card: every state that its law can reach, what is lost on the way, and whether its claims hold.

The states and what they leave out are told in `walk`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from stuntcard.policy.claims import Judgement, judge
from stuntcard.policy.moves import Move
from stuntcard.policy.reach import Reach, reach
from stuntcard.policy.walk import Ability, Walk, walk
from stuntcard.profile.model import ActionKind, CodeStatus, Profile

_TOLD = (
    ActionKind.LOG_IN,
    ActionKind.SET,
    ActionKind.USE_KEY,
    ActionKind.MAKE_KEY,
    ActionKind.STORE_CERTIFICATE,
    ActionKind.ACT,
)
"""What people miss when it is lost; the other abilities come and go with these."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Abilities that transitions take from a card for good: no state that follows has them.

    `transitions`: how many do. `by`: the moves that do, alike in words said once by whoever tells them. `way`: a
    shortest way from the factory state to the first of them, it included.
    """

    abilities: tuple[Ability, ...]
    transitions: int
    by: tuple[Move, ...]
    way: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Usability:
    """In how many states keys of an area can be used now, later only (after other moves), and never again."""

    area: str
    now: int
    later: int
    never: int


@dataclass(frozen=True, slots=True)
class Exploration:
    """All that was found out of one profile.

    `moves`: moves that the law was asked about, over all states. `transitions`: those that change the state.
    `final_states`: numbers of the states that nothing changes any more. `settled`: codes with the statuses that they
    never leave again once they have them. `lost_for_good`: the parts that can be lost. `useless`: in how many states
    no key can ever be used again.
    """

    profile: Profile
    states: int
    transitions: int
    final_states: tuple[int, ...]
    settled: tuple[tuple[str, CodeStatus], ...]
    lost_for_good: tuple[str, ...]
    losses: tuple[Loss, ...]
    usability: tuple[Usability, ...]
    useless: int
    judgements: tuple[Judgement, ...]

    @property
    def held(self) -> bool:
        """Whether all claims hold."""
        return all(judgement.held for judgement in self.judgements)


def explore(profile: Profile) -> tuple[Walk, Exploration]:
    """Walks a profile to its last state. Raises TooManyStatesError."""
    walked = walk(profile)
    reached = reach(walked)
    return walked, Exploration(
        profile,
        states=len(walked),
        transitions=len(walked.targets),
        final_states=tuple(n for n in range(len(walked)) if walked.first[n] == walked.first[n + 1]),
        settled=_settled(walked),
        lost_for_good=_parts_lost(walked),
        losses=_losses(walked, reached),
        usability=tuple(_usability(walked, reached, area) for area in profile.areas),
        useless=_count_never(reached, _using(walked, *profile.areas)),
        judgements=tuple(judge(walked, reached, claim) for claim in profile.claims),
    )


def _using(walked: Walk, *areas: str) -> int:
    """The bits of using keys of these areas."""
    bits = 0
    for (_, action), bit in walked.abilities.items():
        if action.kind is ActionKind.USE_KEY and action.area in areas:
            bits |= bit
    return bits


def _count_never(reached: Reach, bits: int) -> int:
    return sum(1 for holds in reached.ever if not holds & bits)


def _usability(walked: Walk, reached: Reach, area: str) -> Usability:
    bits = _using(walked, area)
    now = sum(1 for holds in reached.now if holds & bits)
    never = _count_never(reached, bits)
    return Usability(area, now, len(walked) - now - never, never)


def _settled(walked: Walk) -> tuple[tuple[str, CodeStatus], ...]:
    """Statuses of codes that a code can come to and never leave."""
    kinds: dict[tuple[CodeStatus, ...], int] = {}
    kind_of = []
    for _, *codes, _ in walked.rows:
        statuses = tuple(values[code].status for values, code in zip(walked.codes, codes, strict=True))
        kind_of.append(kinds.setdefault(statuses, len(kinds)))
    steps = set[tuple[int, int]]()
    for number, kind in enumerate(kind_of):
        steps.update(
            (kind, kind_of[target]) for target in walked.targets[walked.first[number] : walked.first[number + 1]]
        )
    by_number = list(kinds)
    settled = []
    for position, name in enumerate(walked.profile.codes):
        changes = {(by_number[before][position], by_number[after][position]) for before, after in steps}
        came = {after for before, after in changes if before is not after}
        left = {before for before, after in changes if before is not after}
        settled += [(name, status) for status in sorted(came - left)]
    return tuple(settled)


def _parts_lost(walked: Walk) -> tuple[str, ...]:
    return tuple(sorted(frozenset[str]().union(*walked.losses)))


def _losses(walked: Walk, reached: Reach) -> tuple[Loss, ...]:
    """Each ability that can be lost; those that go by the same moves, and first by the same one, are one loss."""
    told = sum(bit for (_, action), bit in walked.abilities.items() if action.kind in _TOLD)
    counts: Counter[int] = Counter()
    moves: dict[int, dict[int, None]] = {}
    firsts: dict[int, tuple[int, int]] = {}
    for number, before in enumerate(reached.ever):
        for target, move in walked.leaving(number):
            lost = before & ~reached.ever[target] & told
            if lost:
                counts[lost] += 1
                moves.setdefault(lost, {})[move] = None
                firsts.setdefault(lost, (number, move))
    together: dict[tuple[frozenset[int], tuple[int, int]], list[int]] = {}
    for bit in walked.abilities.values():
        groups = [lost for lost in counts if lost & bit]
        if groups:
            by = frozenset[int]().union(*(moves[lost] for lost in groups))
            together.setdefault((by, min(firsts[lost] for lost in groups)), []).append(bit)
    losses = []
    for (by, (number, move)), bits in together.items():
        losses.append(
            Loss(
                tuple(ability for ability, bit in walked.abilities.items() if bit in bits),
                sum(transitions for lost, transitions in counts.items() if lost & bits[0]),
                tuple(walked.moves[number] for number in sorted(by)),
                (*walked.path(number), walked.moves[move]),
            )
        )
    return tuple(losses)

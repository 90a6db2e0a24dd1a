"""What holds in each state of a walk, and what can still come to hold from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stuntcard.policy.conditions import area_fits, claimed_ability, code_fits, part_fits
from stuntcard.policy.walk import Walk
from stuntcard.profile.model import Condition


@dataclass(frozen=True, slots=True)
class Reach:
    """Sums of bits, by a state's number: the walk's abilities, and the conditions of the profile's claims.

    `now`: what holds in the state. `ever`: what holds in it, or in some state that can be reached from it.
    """

    now: list[int]
    ever: list[int]
    conditions: dict[Condition, int]

    def bits(self, conditions: Iterable[Condition]) -> int:
        """The bits of these conditions."""
        bits = 0
        for condition in conditions:
            bits |= self.conditions[condition]
        return bits


def reach(walk: Walk) -> Reach:
    """What holds where, and can still come."""
    conditions = _numbered_conditions(walk)
    now = _now(walk, conditions)
    return Reach(now, _ever(walk, now), conditions)


def _numbered_conditions(walk: Walk) -> dict[Condition, int]:
    bits: dict[Condition, int] = {}
    first = len(walk.abilities)
    for claim in walk.profile.claims:
        for condition in (*claim.when, *claim.always, *claim.never, *claim.possible):
            if condition.can is not None:
                # What no move ever asks for can't be done, and has no bit.
                bits[condition] = walk.abilities.get(claimed_ability(walk.profile, condition.can), 0)
                if condition.can.wrong or bits[condition] == 0:
                    bits[condition] = 1 << first
                    first += 1
            elif condition not in bits:
                bits[condition] = 1 << first
                first += 1
    return bits


def _now(walk: Walk, conditions: dict[Condition, int]) -> list[int]:
    losses = [0] * len(walk.losses)
    codes = [[0] * len(values) for values in walk.codes]
    contents = [0] * len(walk.contents)
    final = sum(bit for condition, bit in conditions.items() if condition.final)
    for condition, bit in conditions.items():
        if condition.part is not None:
            for number, lost in enumerate(walk.losses):
                losses[number] |= bit if part_fits(condition, lost) else 0
        elif condition.code is not None:
            position = list(walk.profile.codes).index(condition.code)
            for number, code in enumerate(walk.codes[position]):
                codes[position][number] |= bit if code_fits(condition, code) else 0
        elif condition.area is not None:
            for number, (items, _) in enumerate(walk.contents):
                contents[number] |= bit if area_fits(condition, items) else 0
    tables = [losses, *codes, contents]
    now = list(walk.done)
    for number, row in enumerate(walk.rows):
        holds = now[number]
        for table, value in zip(tables, row, strict=True):
            holds |= table[value]
        if walk.first[number] == walk.first[number + 1]:
            holds |= final
        now[number] = holds
    return now


def _ever(walk: Walk, now: list[int]) -> list[int]:
    """States far from the start come first, as most ways lead away from it; ways back take a few more rounds."""
    ever = list(now)
    first, targets = walk.first, walk.targets
    changed = True
    while changed:
        changed = False
        for number in range(len(ever) - 1, -1, -1):
            holds = ever[number]
            for target in targets[first[number] : first[number + 1]]:
                holds |= ever[target]
            if holds != ever[number]:
                ever[number] = holds
                changed = True
    return ever

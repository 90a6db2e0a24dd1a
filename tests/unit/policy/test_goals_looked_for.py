"""Of a card no more is looked at than a goal asks for: by each way, and by how often the law is asked on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import yaml
from stuntcard.policy.described import CodeIs, state_described
from stuntcard.policy.goals import Avoided, Goal, Standpoint
from stuntcard.policy.moves import Move
from stuntcard.policy.state import CodeState, Item, State, factory_state
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import CodeStatus, Profile

from tests.unit.policy.test_goals import EOBCANKA, FRESH, PAIRED, PROID_Q, action, at, condition, in_brief

TOKENME = load_profile("tokenme")
SET, BLOCKED = CodeStatus.SET, CodeStatus.BLOCKED
UNPAIRED = replace(PAIRED, certificate=False)
SECOND, SECOND_UNPAIRED = replace(PAIRED, number=2), replace(UNPAIRED, number=2)


class CountingGoal(Goal):
    """Counts how often the law is asked where a move leads."""

    asked = 0

    def after(self, at: Standpoint, move: Move) -> Standpoint | None:
        self.asked += 1
        return super().after(at, move)


@dataclass(frozen=True)
class Case:
    """The way to what is wanted of a card, how often the law is asked for it, and what is wanted, as in an exercise."""

    way: list[str] | None
    asked: int
    conditions: str = "[]"
    deeds: str = "[]"
    state: State = FRESH
    profile: Profile = PROID_Q
    more: Mapping[str, Any] = field(default_factory=dict)


def with_items(*items: Item, profile: Profile = PROID_Q) -> State:
    return replace(factory_state(profile), items=items)


def with_pin(status: CodeStatus, tries_left: int) -> State:
    return FRESH.with_code("pin", CodeState(status, tries_left, 3))


def of_new_eobcanka(way: list[str] | None, asked: int, conditions: str = "[]", deeds: str = "[]") -> Case:
    return Case(way, asked, conditions, deeds, factory_state(EOBCANKA), EOBCANKA)


def of_tokenme(way: list[str] | None, asked: int, conditions: str) -> Case:
    """Its files are smaller than others are, so that the order of deleting and making makes a difference to memory."""
    return Case(way, asked, conditions, "[]", with_items(PAIRED_IN_GENERAL, profile=TOKENME), TOKENME)


PAIRED_IN_GENERAL = replace(PAIRED, area="general")
ONE_TRY_LEFT = with_pin(SET, 1)
ONE_UNPAIRED, BOTH_UNPAIRED = with_items(PAIRED, SECOND_UNPAIRED), with_items(UNPAIRED, SECOND_UNPAIRED)
ONE_PAIR_IN_GENERAL = with_items(PAIRED_IN_GENERAL)
ONE_BOK_TRY_LEFT = state_described(EOBCANKA, [CodeIs("bok", SET, 1)])
MAY_ALL_BE_MISTAKEN = {"mistaken": ["pin", "puk", "qpin"]}
# Only right moves are what shall not be done; a mistake is none.
USES_NO_PIN = {"mistaken": ["pin"], "avoided": [Avoided((), action(do="log_in", code="pin"))]}
THE_END = [*["log_in pin x"] * 3, *["set pin x"] * 5, *["log_in qpin x"] * 3]
TWO_PAIRS = [*["make_key general"] * 2, "store_certificate general 1", "store_certificate general 2"]
PAIRS_WANTED = "[{area: general, paired: 2}]"
MAKE_IN_CC, MAKE_IN_GENERAL = "[{do: make_key, area: cc}]", "[{do: make_key, area: general}]"
USE_IN_CC = "[{do: use_key, area: cc}]"

CASES = {
    "all tries": Case(["log_in pin"], 5, "[{code: pin, tries: 3}]", state=ONE_TRY_LEFT),
    "a code that is blocked": Case(["set pin"], 2, "[{code: pin, is: set}]", state=with_pin(BLOCKED, 0)),
    "what no right code leads to": Case(None, 2, "[{code: puk, is: blocked}]", state=ONE_TRY_LEFT),
    "all tries, and a mark gone": Case(
        ["log_in pin", "change puk"], 32, "[{code: puk, must_change: false}, {code: pin, tries: 3}]", state=ONE_TRY_LEFT
    ),
    "the factory's value": Case(["change puk"], 5, "[{code: puk, factory_value: true}]"),
    "tries that only a check off the card gives back": Case(
        ["act set-bok"], 14, "[{code: bok, tries: 3}]", state=ONE_BOK_TRY_LEFT, profile=EOBCANKA
    ),
    "what can be done then": of_new_eobcanka(["act set-bok"], 16, "[{can: {do: act, who: register, act: check-bok}}]"),
    "an act": of_new_eobcanka(["act set-bok"], 16, deeds="[{do: act, who: office, act: set-bok}]"),
    "the end of a card": Case(THE_END, 1235, "[{final: true}]", more=MAY_ALL_BE_MISTAKEN),
    "mistakes with a code that shall not be used": Case(
        ["log_in pin x"] * 3, 21, "[{code: pin, is: blocked}]", more=USES_NO_PIN
    ),
    # Two keys that differ in their numbers alone, of which one is named.
    "the certificate of the other of two keys": Case(
        ["store_certificate cc 2"], 30, "[{key: '21', is: unpaired}, {area: cc, paired: 1}]", state=BOTH_UNPAIRED
    ),
    "a key without its certificate": Case(
        ["delete_certificate cc 1"], 11, "[{key: '21', is: unpaired}]", state=with_items(PAIRED)
    ),
    "a certificate without its key": Case(
        ["delete_key cc 1"], 7, "[{key: '21', is: certificate}]", state=with_items(PAIRED)
    ),
    "a key without a certificate": Case(["make_key cc"], 9, "[{area: cc, unpaired: 1}]", state=with_items(PAIRED)),
    "a place": Case(["delete_key cc 2"], 6, "[{area: cc, used: 1}]", state=ONE_UNPAIRED),
    "a place in a closed area": of_new_eobcanka(None, 176, "[{area: identification, used: 0}]"),
    "two pairs": Case(TWO_PAIRS, 22, PAIRS_WANTED),
    "no key alone, and two pairs": Case(TWO_PAIRS, 22, "[{area: general, paired: 2}, {area: general, unpaired: 0}]"),
    "two pairs, of which one is made": Case(
        ["make_key general", "store_certificate general 2"], 28, PAIRS_WANTED, MAKE_IN_GENERAL, ONE_PAIR_IN_GENERAL
    ),
    "two pairs made": Case(TWO_PAIRS, 25, PAIRS_WANTED, MAKE_IN_GENERAL),
    "an empty area": Case(["delete_key cc 1"], 3, "[{area: cc, used: 0}]", state=with_items(PAIRED)),
    "a key from a file": Case(["import_key general"], 8, "[{area: general, imported: 1}]"),
    "two keys from files": Case(["import_key general"] * 2, 30, "[{area: general, imported: {at_least: 2}}]"),
    "a key made": Case(["make_key cc"], 3, deeds=MAKE_IN_CC),
    "a key made, and a code changed": Case(
        ["change pin", "make_key cc"], 43, "[{code: pin, must_change: false}]", MAKE_IN_CC
    ),
    "a place for a key that can be made then": Case(
        ["delete_key cc 2"], 5, "[{can: {do: make_key, area: cc}}]", state=ONE_UNPAIRED
    ),
    "a key used, and another one's certificate": Case(
        ["use_key cc 1", "store_certificate cc 2"], 56, "[{key: '22', is: paired}]", USE_IN_CC, ONE_UNPAIRED
    ),
    "a key from a file where no place is free": Case(
        ["delete_key cc 2", "import_key cc"], 28, deeds="[{do: import_key, area: cc}]", state=ONE_UNPAIRED
    ),
    "a new pair for an old one": of_tokenme(
        ["delete_key general 1", *TWO_PAIRS[1:3]], 18, "[{key: '21', is: gone}, {area: general, paired: 1}]"
    ),
    "a key from a file beside a pair": of_tokenme(["import_key general"], 11, "[{area: general, imported: 1}]"),
}


@pytest.mark.parametrize("wanted", CASES)
def test_a_goal_is_looked_for_in_what_it_asks_for(wanted: str) -> None:
    case = CASES[wanted]
    conditions = [condition(**one) for one in yaml.safe_load(case.conditions)]
    deeds = [action(**deed) for deed in yaml.safe_load(case.deeds)]
    named = {one.key: int(one.key) - 20 for one in conditions if one.key is not None}
    goal = CountingGoal(case.profile, conditions, named, deeds, **case.more)
    assert said(goal.way(at(case.state))) == case.way
    assert goal.asked == case.asked


def said(way: Sequence[Move] | None) -> list[str] | None:
    """In brief, with the number of an item; x: by a wrong code."""
    if way is None:
        return None
    numbers = [f" {move.action.number}" if move.action.number is not None else "" for move in way]
    wrong = ["" if move.right else " x" for move in way]
    return [f"{brief}{number}{x}" for brief, number, x in zip(in_brief(way) or [], numbers, wrong, strict=True)]

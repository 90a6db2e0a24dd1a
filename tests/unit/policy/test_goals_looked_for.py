"""Of a card no more is looked at than a goal asks for: by each way, and by how often the law is asked on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
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
    """What is wanted of a card, the way there, and how often the law is asked for it."""

    way: list[str] | None
    asked: int
    conditions: Sequence[dict[str, Any]] = ()
    deeds: Sequence[dict[str, Any]] = ()
    state: State = FRESH
    profile: Profile = PROID_Q
    more: Mapping[str, Any] = field(default_factory=dict)


def with_items(*items: Item, profile: Profile = PROID_Q) -> State:
    return replace(factory_state(profile), items=items)


def with_pin(status: CodeStatus, tries_left: int) -> State:
    return FRESH.with_code("pin", CodeState(status, tries_left, 3))


NEW_EOBCANKA = factory_state(EOBCANKA)
CHECK_BOK = {"do": "act", "who": "register", "act": "check-bok"}
TWO_IMPORTED = {"area": "general", "imported": {"at_least": 2}}
PAIRED_IN_GENERAL = replace(PAIRED, area="general")
NOTHING_OF_THE_OLD: list[dict[str, Any]] = [{"key": "21", "is": "gone"}, {"area": "general", "paired": 1}]
USED_PIN = Avoided((), action(do="log_in", code="pin"))

CASES = {
    "all tries": Case(["log_in pin"], 5, [{"code": "pin", "tries": 3}], state=with_pin(SET, 1)),
    "a code that is blocked": Case(["set pin"], 2, [{"code": "pin", "is": "set"}], state=with_pin(BLOCKED, 0)),
    "what no right code leads to": Case(None, 2, [{"code": "puk", "is": "blocked"}], state=with_pin(SET, 1)),
    "all tries, and a mark gone": Case(
        ["log_in pin", "change puk"],
        32,
        [{"code": "puk", "must_change": False}, {"code": "pin", "tries": 3}],
        state=with_pin(SET, 1),
    ),
    "the factory's value": Case(["change puk"], 5, [{"code": "puk", "factory_value": True}]),
    "tries that only a check off the card gives back": Case(
        ["act set-bok"],
        14,
        [{"code": "bok", "tries": 3}],
        state=state_described(EOBCANKA, [CodeIs("bok", SET, 1)]),
        profile=EOBCANKA,
    ),
    "what can be done then": Case(["act set-bok"], 16, [{"can": CHECK_BOK}], state=NEW_EOBCANKA, profile=EOBCANKA),
    "an act": Case(
        ["act set-bok"],
        16,
        deeds=[{"do": "act", "who": "office", "act": "set-bok"}],
        state=NEW_EOBCANKA,
        profile=EOBCANKA,
    ),
    "the end of a card": Case(
        [*["log_in pin x"] * 3, *["set pin x"] * 5, *["log_in qpin x"] * 3],
        1235,
        [{"final": True}],
        more={"mistaken": ["pin", "puk", "qpin"]},
    ),
    # Only right moves are what shall not be done; a mistake is none.
    "mistakes with a code that shall not be used": Case(
        ["log_in pin x"] * 3,
        21,
        [{"code": "pin", "is": "blocked"}],
        more={"mistaken": ["pin"], "avoided": [USED_PIN]},
    ),
    # Two keys that differ in their numbers alone, of which one is named.
    "the certificate of the other of two keys": Case(
        ["store_certificate cc 2"],
        30,
        [{"key": "21", "is": "unpaired"}, {"area": "cc", "paired": 1}],
        state=with_items(UNPAIRED, SECOND_UNPAIRED),
    ),
    "a key without its certificate": Case(
        ["delete_certificate cc 1"], 11, [{"key": "21", "is": "unpaired"}], state=with_items(PAIRED)
    ),
    "a certificate without its key": Case(
        ["delete_key cc 1"], 7, [{"key": "21", "is": "certificate"}], state=with_items(PAIRED)
    ),
    "a key without a certificate": Case(["make_key cc"], 9, [{"area": "cc", "unpaired": 1}], state=with_items(PAIRED)),
    "a place": Case(["delete_key cc 2"], 6, [{"area": "cc", "used": 1}], state=with_items(PAIRED, SECOND_UNPAIRED)),
    "a place in a closed area": Case(
        None, 176, [{"area": "identification", "used": 0}], state=NEW_EOBCANKA, profile=EOBCANKA
    ),
    "two pairs": Case(
        [*["make_key general"] * 2, "store_certificate general 1", "store_certificate general 2"],
        22,
        [{"area": "general", "paired": 2}],
    ),
    "no key alone, and two pairs": Case(
        [*["make_key general"] * 2, "store_certificate general 1", "store_certificate general 2"],
        22,
        [{"area": "general", "paired": 2}, {"area": "general", "unpaired": 0}],
    ),
    "two pairs, of which one is made": Case(
        ["make_key general", "store_certificate general 2"],
        28,
        [{"area": "general", "paired": 2}],
        [{"do": "make_key", "area": "general"}],
        with_items(PAIRED_IN_GENERAL),
    ),
    "two pairs made": Case(
        [*["make_key general"] * 2, "store_certificate general 1", "store_certificate general 2"],
        25,
        [{"area": "general", "paired": 2}],
        [{"do": "make_key", "area": "general"}],
    ),
    "an empty area": Case(["delete_key cc 1"], 3, [{"area": "cc", "used": 0}], state=with_items(PAIRED)),
    "a key from a file": Case(["import_key general"], 8, [{"area": "general", "imported": 1}]),
    "two keys from files": Case(["import_key general"] * 2, 30, [TWO_IMPORTED]),
    "a key made": Case(["make_key cc"], 3, deeds=[{"do": "make_key", "area": "cc"}]),
    "a key made, and a code changed": Case(
        ["change pin", "make_key cc"],
        43,
        [{"code": "pin", "must_change": False}],
        [{"do": "make_key", "area": "cc"}],
    ),
    "a place for a key that can be made then": Case(
        ["delete_key cc 2"],
        5,
        [{"can": {"do": "make_key", "area": "cc"}}],
        state=with_items(PAIRED, SECOND_UNPAIRED),
    ),
    "a key used, and another one's certificate": Case(
        ["use_key cc 1", "store_certificate cc 2"],
        56,
        [{"key": "22", "is": "paired"}],
        [{"do": "use_key", "area": "cc"}],
        with_items(PAIRED, SECOND_UNPAIRED),
    ),
    "a key from a file where no place is free": Case(
        ["delete_key cc 2", "import_key cc"],
        28,
        deeds=[{"do": "import_key", "area": "cc"}],
        state=with_items(PAIRED, SECOND_UNPAIRED),
    ),
    # Its files are smaller than others are, so that the order of deleting and making makes a difference to memory.
    "a new pair for an old one": Case(
        ["delete_key general 1", "make_key general", "store_certificate general 1"],
        18,
        NOTHING_OF_THE_OLD,
        state=with_items(PAIRED_IN_GENERAL, profile=TOKENME),
        profile=TOKENME,
    ),
    "a key from a file beside a pair": Case(
        ["import_key general"],
        11,
        [{"area": "general", "imported": 1}],
        state=with_items(PAIRED_IN_GENERAL, profile=TOKENME),
        profile=TOKENME,
    ),
}


@pytest.mark.parametrize("wanted", CASES)
def test_a_goal_is_looked_for_in_what_it_asks_for(wanted: str) -> None:
    case = CASES[wanted]
    conditions, deeds = [condition(**one) for one in case.conditions], [action(**deed) for deed in case.deeds]
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

"""What holds in the states of a walk is what holds of a card in such a state, asked by itself."""

from __future__ import annotations

from typing import Any

import pytest
from stuntcard.policy.conditions import Seen, holds
from stuntcard.policy.reach import Reach, reach
from stuntcard.policy.walk import Walk, walk
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Claim, Condition, Profile

from tests.unit.policy.profiles_made_smaller import small_proid_q

ASKED_OF_ZZZS_PK: tuple[dict[str, Any], ...] = (
    {"part": "pep", "is": "lost"},
    {"part": "pep", "is": "alive"},
    {"part": "kpep", "is": ["alive", "lost"]},
    {"code": "pep-puk", "is": "blocked"},
    {"code": "tpin", "is": ["set", "not_set"]},
    {"code": "pep-puk", "tries": 3},
    {"final": True},
    {"can": {"do": "use_key", "area": "pep"}},
    {"can": {"do": "use_key", "area": "pep", "wrong": True}},
    {"can": {"do": "delete_key", "area": "pep"}},
    {"can": {"do": "set", "code": "kpep-pin", "by": "tpin"}},
    {"code": "tpin", "is": "blocked"},
)
ASKED_OF_PROID_Q: tuple[dict[str, Any], ...] = (
    {"part": "card", "is": "lost"},
    {"code": "pin", "must_change": True},
    {"area": "cc", "used": 2},
    {"area": "cc", "paired": 1, "unpaired": 1},
    {"can": {"do": "make_key", "area": "cc"}},
    {"final": True},
)


@pytest.mark.parametrize(
    ("profile", "asked"),
    [(load_profile("zzzs-pk"), ASKED_OF_ZZZS_PK), (small_proid_q(), ASKED_OF_PROID_Q)],
    ids=["zzzs-pk", "proid-q"],
)
def test_each_condition_holds_where_it_holds_of_a_card_by_itself(
    profile: Profile, asked: tuple[dict[str, Any], ...]
) -> None:
    walked, reached = walked_with(profile, asked)
    abilities = (1 << len(walked.abilities)) - 1
    for number in range(0, len(walked), 3):
        state = walked.state(number)
        now = {condition for condition, bit in reached.conditions.items() if reached.now[number] & bit}
        assert now == {one for one in reached.conditions if holds(walked.profile, Seen(state), one)}
        assert reached.now[number] & abilities == walked.done[number]


def test_what_can_still_come_is_what_holds_in_some_state_that_follows() -> None:
    walked, reached = walked_with(load_profile("zzzs-pk"), ASKED_OF_ZZZS_PK)
    for number in range(len(walked)):
        following = {number}
        for each in (waiting := [number]):
            new = {target for target, _ in walked.leaving(each)} - following
            following |= new
            waiting += new
        ever = 0
        for each in following:
            ever |= reached.now[each]
        assert reached.ever[number] == ever


def walked_with(profile: Profile, asked: tuple[dict[str, Any], ...]) -> tuple[Walk, Reach]:
    """A walk through a card, of which these conditions are asked."""
    conditions = tuple(Condition.model_validate(one) for one in asked)
    claim = Claim.model_validate({"says": "all of it", "never": [], "always": list(asked)})
    assert claim.always == conditions
    walked = walk(profile.model_copy(update={"claims": (claim,)}))
    return walked, reach(walked)

"""Conditions asked of one card, as a trainee's exercise asks them."""

from __future__ import annotations

from typing import Any

import pytest
from stuntcard.policy.conditions import Seen, all_hold
from stuntcard.policy.events import ActorActs, Verify
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Condition

from tests.unit.policy.steps import PROID_Q, after

EOBCANKA = load_profile("eobcanka")
NEW, WITH_BOK = after(profile=EOBCANKA), after(ActorActs("office", "set-bok"), profile=EOBCANKA)
CHECKS_BOK = {"do": "act", "who": "register", "act": "check-bok"}
SETS_BOK = {"do": "act", "who": "office", "act": "set-bok"}


@pytest.mark.parametrize(
    ("conditions", "new", "with_bok"),
    [
        ([{"can": SETS_BOK}], True, True),
        ([{"can": CHECKS_BOK}], False, True),
        ([{"can": {**CHECKS_BOK, "wrong": True}}], False, False),
        ([{"can": SETS_BOK}, {"code": "bok", "is": "set"}], False, True),
        ([{"can": SETS_BOK}, {"code": "bok", "is": "not_set"}], True, False),
        ([{"final": True}], False, False),
        ([], True, True),
    ],
)
def test_what_people_can_do_with_a_card_is_asked_of_the_law(
    conditions: list[dict[str, Any]], new: bool, with_bok: bool
) -> None:
    asked = [Condition.model_validate(condition) for condition in conditions]
    assert [all_hold(EOBCANKA, Seen(state), asked) for state in (NEW, WITH_BOK)] == [new, with_bok]


def test_a_card_is_at_its_end_when_nothing_that_is_done_to_it_changes_it() -> None:
    final = Condition.model_validate({"final": True})
    blocked = {code: [Verify(code, correct=False)] * 5 for code in ("pin", "puk", "qpin")}
    dying = after(*blocked["pin"], *blocked["puk"])
    assert not all_hold(PROID_Q, Seen(dying), [final])
    assert all_hold(PROID_Q, Seen(after(*blocked["qpin"], start=dying)), [final])

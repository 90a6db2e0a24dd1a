"""Which codes somebody off the card sets, and in which states of them."""

from __future__ import annotations

import pytest
from stuntcard.policy.law import set_off_card
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import CodeStatus, Profile

NOT_SET, SET, BLOCKED = CodeStatus.NOT_SET, CodeStatus.SET, CodeStatus.BLOCKED
EOBCANKA = load_profile("eobcanka")


def with_acts(**acts: tuple[tuple[str, ...], tuple[CodeStatus, ...]]) -> Profile:
    """The profile whose office has these acts: the codes that each sets, and from which states of the first."""
    office = EOBCANKA.actors["office"]
    made = {
        name: office.acts["set-bok"].model_copy(update={"sets": codes, "from_": states})
        for name, (codes, states) in acts.items()
    }
    return EOBCANKA.model_copy(update={"actors": {"office": office.model_copy(update={"acts": made, "cannot": {}})}})


@pytest.mark.parametrize(
    ("code", "states"),
    [("bok", {NOT_SET, SET, BLOCKED}), ("iok", {NOT_SET, SET, BLOCKED}), ("puk", set()), ("pin", set())],
)
def test_the_codes_of_a_card_that_the_office_sets(code: str, states: set[CodeStatus]) -> None:
    assert set_off_card(EOBCANKA, code) == states


def test_the_first_code_of_an_act_says_when_and_the_states_of_all_acts_count() -> None:
    profile = with_acts(first=(("dok", "iok"), (NOT_SET,)), unblock=(("dok",), (BLOCKED,)))
    assert set_off_card(profile, "dok") == {NOT_SET, BLOCKED}
    assert set_off_card(profile, "iok") == {NOT_SET, SET, BLOCKED}


def test_an_act_for_lost_parts_only_is_none_of_these() -> None:
    act = EOBCANKA.actors["office"].acts["set-bok"].model_copy(update={"only_while": "identification"})
    office = EOBCANKA.actors["office"].model_copy(update={"acts": {"set-bok": act}})
    assert set_off_card(EOBCANKA.model_copy(update={"actors": {"office": office}}), "bok") == frozenset()

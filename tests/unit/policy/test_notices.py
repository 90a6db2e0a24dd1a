"""What is to be seen to on a card on which everything works."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stuntcard.policy.advise import advise
from stuntcard.policy.described import CodeIs, KeysAre, PartIs, Trait, state_described
from stuntcard.policy.notices import Notices, notices_of
from stuntcard.policy.state import Item, Origin, factory_state
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import CARD, CodeStatus

PROID_Q, EOBCANKA = load_profile("proid-q"), load_profile("eobcanka")
UNPAIRED = Item(1, "qualified", Origin.MADE)


@pytest.mark.parametrize("notices", [Notices(("pin",)), Notices((), ("cc",)), Notices((), (), (UNPAIRED,))])
def test_each_kind_of_notice_alone_is_something_to_be_seen_to(notices: Notices) -> None:
    assert notices
    assert not Notices()


def test_who_is_advised_is_told_what_is_to_be_seen_to() -> None:
    state = factory_state(PROID_Q)
    assert advise(PROID_Q, state).notices == notices_of(PROID_Q, state)


@pytest.mark.fact("PQ-05")
def test_codes_of_the_factory_are_named_until_they_are_changed() -> None:
    state = factory_state(PROID_Q)
    assert notices_of(PROID_Q, state).must_change == ("pin", "puk", "qpin")
    changed = {name: replace(code, must_change=name == "qpin") for name, code in state.codes.items()}
    assert notices_of(PROID_Q, replace(state, codes=changed)) == Notices(must_change=("qpin",))


@pytest.mark.fact("PQ-13", "PQ-14")
@pytest.mark.parametrize(
    ("keys", "full", "unpaired"),
    [(KeysAre("cc", 0, 1), (), (1,)), (KeysAre("cc", 2, 0), ("cc",), ()), (KeysAre("cc", 1, 1), ("cc",), (2,))],
)
def test_places_that_are_taken_are_named(keys: Trait, full: tuple[str, ...], unpaired: tuple[int, ...]) -> None:
    notices = notices_of(PROID_Q, state_described(PROID_Q, [keys]))
    assert (notices.full, tuple(item.number for item in notices.unpaired)) == (full, unpaired)


def test_an_area_without_places_is_never_full_and_what_is_lost_is_nobodys_care() -> None:
    many = tuple(Item(number, "general", Origin.MADE) for number in range(1, 9))
    assert not notices_of(PROID_Q, replace(state_described(PROID_Q, []), items=many))
    assert not notices_of(PROID_Q, state_described(PROID_Q, [PartIs(CARD, lost=True)]))


def test_a_full_area_of_a_part_that_is_lost_is_nobodys_care() -> None:
    qualified = EOBCANKA.areas["qualified"].model_copy(update={"places": PROID_Q.areas["cc"].places})
    profile = EOBCANKA.model_copy(update={"areas": {**EOBCANKA.areas, "qualified": qualified}})
    state = replace(factory_state(profile), items=(UNPAIRED, replace(UNPAIRED, number=2, certificate=True)))
    assert notices_of(profile, state) == Notices(full=("qualified",), unpaired=(UNPAIRED,))
    assert notices_of(profile, replace(state, lost=frozenset({"signing"}))) == Notices()


@pytest.mark.fact("PQ-06", "PQ-12")
def test_a_last_try_of_puk_tells_which_codes_nothing_unblocks_any_more() -> None:
    (risk,) = advise(PROID_Q, state_described(PROID_Q, [CodeIs("puk", CodeStatus.SET, 1)])).beware
    assert (risk.code, risk.blocks, risk.ends, risk.strands) == ("puk", ("puk",), (), ("pin", "qpin"))
    (risk,) = advise(PROID_Q, state_described(PROID_Q, [CodeIs("pin", CodeStatus.SET, 1)])).beware
    assert (risk.code, risk.ends, risk.strands) == ("pin", (), ())

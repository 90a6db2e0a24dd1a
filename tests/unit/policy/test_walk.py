"""The walk through all states of a card, in itself; what it is good for, `test_explore.py` says."""

from __future__ import annotations

from itertools import product

import pytest
from stuntcard.policy.events import Verdict
from stuntcard.policy.moves import code_moves, content_moves, perform
from stuntcard.policy.state import factory_state
from stuntcard.policy.walk import TooManyStatesError, Walk, ability, walk
from stuntcard.profile.load import load_profile

from tests.unit.policy.profiles_made_smaller import small_proid_q


@pytest.fixture(scope="module")
def proid_q() -> Walk:
    return walk(small_proid_q())


def test_it_begins_at_the_factory_and_a_right_puk_after_a_wrong_one_leads_back_there(proid_q: Walk) -> None:
    assert proid_q.state(0) == factory_state(small_proid_q())
    wrong_puk = {target for target, move in proid_q.leaving(0) if not proid_q.moves[move].right}
    (spent,) = [number for number in wrong_puk if proid_q.state(number).codes["puk"].tries_left == 1]
    assert 0 in {target for target, _ in proid_q.leaving(spent)}


def test_a_dead_card_does_nothing_for_anybody(proid_q: Walk) -> None:
    dead = [number for number in range(len(proid_q)) if proid_q.state(number).dead]
    assert dead
    assert {proid_q.done[number] for number in dead} == {0}


def test_what_a_card_does_for_somebody_is_what_the_law_lets_be_done(proid_q: Walk) -> None:
    profile = small_proid_q()
    for number in range(0, len(proid_q), 7):
        state = proid_q.state(number)
        right = (move for move in (*code_moves(profile), *content_moves(profile, state)) if move.right)
        able = {ability(move) for move in right if perform(profile, state, move)[1] is Verdict.DONE}
        assert {one for one, bit in proid_q.abilities.items() if proid_q.done[number] & bit} == able


def test_cards_alike_in_all_but_what_makes_no_difference_count_once(proid_q: Walk) -> None:
    """An area without a limit keeps one key that is listed, and no certificate; the order of making does not count."""
    stored = [tuple((item.number, item.area, item.listed, item.certificate) for item in i) for i, _ in proid_q.contents]
    assert all([number for number, *_ in items] == list(range(1, len(items) + 1)) for items in stored)
    general = [[item[2:] for item in items if item[1] == "general"] for items in stored]
    assert [(True, False)] in general
    assert all(kept in ([], [(True, False)]) for kept in general)
    in_cc = {tuple(sorted(item[2:] for item in items if item[1] == "cc")) for items in stored}
    kinds = sorted(product((False, True), repeat=2))
    assert in_cc == {(), *((one,) for one in kinds), *((one, two) for one in kinds for two in kinds if one <= two)}


def test_a_card_with_too_many_states_is_left() -> None:
    assert len(walk(load_profile("zzzs-pk"), max_states=147)) == 147
    with pytest.raises(TooManyStatesError, match="ZZZS-PK has more than 146 states"):
        walk(load_profile("zzzs-pk"), max_states=146)

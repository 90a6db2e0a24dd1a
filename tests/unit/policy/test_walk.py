"""The walk through all states of a card, in itself; what it is good for, `test_explore.py` says."""

from __future__ import annotations

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


def test_a_card_with_too_many_states_is_left() -> None:
    assert len(walk(load_profile("zzzs-pk"), max_states=147)) == 147
    with pytest.raises(TooManyStatesError, match="ZZZS-PK has more than 146 states"):
        walk(load_profile("zzzs-pk"), max_states=146)

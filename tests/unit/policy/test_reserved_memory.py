"""Memory that is kept for a file: what fits there costs nothing, what goes beyond shares the rest with all others."""

from __future__ import annotations

import pytest
from stuntcard.policy import law
from stuntcard.policy.events import RemoveFile, StoreFile, Verdict
from stuntcard.policy.moves import content_moves, perform
from stuntcard.policy.state import State, factory_state
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import ActionKind, Memory

TOKENME = load_profile("tokenme")
BLOCK, BLOCKS = 2048, 11


@pytest.mark.parametrize(
    ("size", "reserved", "blocks"),
    [
        (0, None, 1),
        (BLOCK, None, 1),
        (BLOCK + 1, None, 2),
        (0, 0, 0),
        (1, 0, 1),
        (BLOCK, BLOCK, 0),
        (BLOCK + 1, BLOCK, 1),
        (3 * BLOCK, BLOCK, 2),
        (1, BLOCK, 0),
    ],
)
def test_a_file_costs_whole_blocks_of_what_it_takes_beyond_its_reserve(
    size: int, reserved: int | None, blocks: int
) -> None:
    start = factory_state(TOKENME)
    state, verdict = law.step(TOKENME, start, StoreFile(size, reserved))
    assert (verdict, state.memory_used) == (Verdict.DONE, blocks * BLOCK)
    assert law.step(TOKENME, state, RemoveFile(size, reserved)) == (start, Verdict.DONE)


def test_an_empty_file_has_an_entry_which_takes_one_byte() -> None:
    profile = TOKENME.model_copy(update={"memory": Memory(bytes=16, block=1)})
    state, _ = law.step(profile, factory_state(profile), StoreFile(0))
    assert state.memory_used == 1


def full() -> State:
    state = factory_state(TOKENME)
    for _ in range(BLOCKS):
        state, verdict = law.step(TOKENME, state, StoreFile(1))
        assert verdict is Verdict.DONE
    return state


def test_on_a_full_card_a_file_still_fits_its_reserve_and_no_byte_more() -> None:
    state = full()
    assert law.step(TOKENME, state, StoreFile(BLOCK, BLOCK)) == (state, Verdict.DONE)
    assert law.step(TOKENME, state, StoreFile(BLOCK + 1, BLOCK)) == (state, Verdict.NO_SPACE)
    assert law.step(TOKENME, state, StoreFile(0)) == (state, Verdict.NO_SPACE)


def keys_that_fit(state: State) -> int:
    """How many keys the explorer makes, one after the other, until the law refuses one."""
    made = 0
    while True:
        move = next(move for move in content_moves(TOKENME, state) if move.action.kind is ActionKind.MAKE_KEY)
        state, verdict = perform(TOKENME, state, move)
        if verdict is not Verdict.DONE:
            return made
        made += 1


def test_the_explorer_sees_what_a_file_takes_beyond_its_reserve() -> None:
    fresh = factory_state(TOKENME)
    within, _ = law.step(TOKENME, fresh, StoreFile(BLOCK, BLOCK))
    beyond, _ = law.step(TOKENME, fresh, StoreFile(3 * BLOCK, BLOCK))
    assert [keys_that_fit(state) for state in (fresh, within, beyond)] == [5, 5, 4]


def test_memory_is_handed_out_by_the_profiles_blocks() -> None:
    profile = TOKENME.model_copy(update={"memory": Memory(bytes=30, block=10)})
    state, _ = law.step(profile, factory_state(profile), StoreFile(15, 4))
    assert state.memory_used == 20
    assert law.step(profile, state, StoreFile(15, 4)) == (state, Verdict.NO_SPACE)

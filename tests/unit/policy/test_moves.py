from __future__ import annotations

from collections import Counter

from stuntcard.policy.events import SessionEnd, Verdict
from stuntcard.policy.moves import HOLDER, Move, apply, moves, perform
from stuntcard.policy.state import Origin, State, factory_state
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import ActionKind, CodeStatus, Profile

PROID_Q = load_profile("proid-q")
TOKENME = load_profile("tokenme")
EOBCANKA = load_profile("eobcanka")
ZZZS_PK = load_profile("zzzs-pk")


def only(kind: ActionKind, state: State, area: str | None = None, profile: Profile = PROID_Q) -> Move:
    (move,) = (m for m in moves(profile, state) if m.action.kind is kind and area in (None, m.action.area))
    return move


def test_every_move_is_a_sitting_of_its_own() -> None:
    for move in moves(PROID_Q, factory_state(PROID_Q)):
        assert isinstance(move.events[-1], SessionEnd)
        assert not apply(PROID_Q, factory_state(PROID_Q), move).verified


def test_codes_are_given_changed_and_set_rightly_and_wrongly() -> None:
    kinds = Counter((move.action.kind, move.right) for move in moves(PROID_Q, factory_state(PROID_Q)))
    assert kinds[ActionKind.LOG_IN, True] == kinds[ActionKind.LOG_IN, False] == 3
    assert kinds[ActionKind.CHANGE, True] == kinds[ActionKind.CHANGE, False] == 3
    assert kinds[ActionKind.SET, True] == kinds[ActionKind.SET, False] == 2


def test_actors_act_and_a_code_told_to_one_may_be_wrong() -> None:
    acts = [move for move in moves(EOBCANKA, factory_state(EOBCANKA)) if move.action.kind is ActionKind.ACT]
    assert {(move.who, move.action.act, move.action.code, move.right) for move in acts} == {
        ("office", "set-identification", None, True),
        ("office", "unblock", None, True),
        ("office", "set-bok", None, True),
        ("register", "check-bok", "bok", True),
        ("register", "check-bok", "bok", False),
        ("helpline", "block-identification", None, True),
    }


def test_a_code_that_is_not_on_the_chip_is_not_the_holders_to_give_or_set() -> None:
    by_holder = [move for move in moves(EOBCANKA, factory_state(EOBCANKA)) if move.who == HOLDER]
    assert all("bok" not in (move.action.code, move.action.by) for move in by_holder)


def test_a_key_is_made_listed_used_certified_and_deleted_and_its_certificate_after_it() -> None:
    state = apply(PROID_Q, factory_state(PROID_Q), only(ActionKind.MAKE_KEY, factory_state(PROID_Q), "cc"))
    (item,) = state.items
    assert (item.area, item.key, item.listed, item.certificate) == ("cc", Origin.MADE, True, False)
    assert perform(PROID_Q, state, only(ActionKind.USE_KEY, state)) == (state, Verdict.DONE)
    state = apply(PROID_Q, state, only(ActionKind.STORE_CERTIFICATE, state))
    assert state.items[0].paired
    state = apply(PROID_Q, state, only(ActionKind.DELETE_KEY, state))
    assert (state.items[0].key, state.items[0].certificate) == (None, True)
    assert apply(PROID_Q, state, only(ActionKind.DELETE_CERTIFICATE, state)) == factory_state(PROID_Q)


def test_a_key_left_over_by_a_broken_off_making_can_be_cleared_away() -> None:
    start = factory_state(PROID_Q)
    state = apply(PROID_Q, start, only(ActionKind.BREAK_OFF, start, "cc"))
    assert not state.items[0].listed
    assert apply(PROID_Q, state, only(ActionKind.CLEAR_KEY, state)) == start


def test_nobody_goes_on_after_a_refusal() -> None:
    """With PIN blocked, making a key ends at the log-in; nothing of it is left."""
    state = factory_state(PROID_Q)
    for _ in range(3):
        wrong = next(m for m in moves(PROID_Q, state) if m.action.code == "pin" and not m.right)
        state = apply(PROID_Q, state, wrong)
    assert state.codes["pin"].status is CodeStatus.BLOCKED
    assert perform(PROID_Q, state, only(ActionKind.MAKE_KEY, state, "general")) == (state, Verdict.CODE_BLOCKED)


def test_a_key_a_public_key_and_a_certificate_take_a_block_of_memory_each_and_give_it_back() -> None:
    start, block = factory_state(TOKENME), 2048
    state = apply(TOKENME, start, only(ActionKind.MAKE_KEY, start, profile=TOKENME))
    assert state.memory_used == 2 * block
    state = apply(TOKENME, state, only(ActionKind.STORE_CERTIFICATE, state, profile=TOKENME))
    assert state.memory_used == 3 * block
    state = apply(TOKENME, state, only(ActionKind.DELETE_KEY, state, profile=TOKENME))
    state = apply(TOKENME, state, only(ActionKind.DELETE_CERTIFICATE, state, profile=TOKENME))
    assert state == start


def test_a_closed_card_offers_keys_for_use_and_nothing_else_of_them() -> None:
    state = factory_state(ZZZS_PK)
    on_keys = [move.action for move in moves(ZZZS_PK, state) if move.action.area is not None]
    assert {action.kind for action in on_keys} == {ActionKind.USE_KEY}
    assert {action.area for action in on_keys} == {"pep", "kpep"}

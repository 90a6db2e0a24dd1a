from __future__ import annotations

from dataclasses import replace

import pytest
from stuntcard.policy.events import (
    ActorActs,
    Change,
    DirectoriesRead,
    Event,
    RemoveFile,
    ResetCode,
    SessionEnd,
    StoreFile,
    StoreKey,
    UseKey,
    Verdict,
    Verify,
)
from stuntcard.policy.moves import HOLDER, Action, Move, apply, code_moves, content_moves, moves, perform
from stuntcard.policy.state import Item, Origin, State, factory_state
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import ActionKind, CodeStatus, Profile

PROID_Q = load_profile("proid-q")
TOKENME = load_profile("tokenme")
EOBCANKA = load_profile("eobcanka")
ZZZS_PK = load_profile("zzzs-pk")


def only(kind: ActionKind, state: State, area: str | None = None, profile: Profile = PROID_Q) -> Move:
    (move,) = (m for m in moves(profile, state) if m.action.kind is kind and area in (None, m.action.area))
    return move


def at_once(*events: Event) -> tuple[Event, ...]:
    return (*events, SessionEnd())


def test_the_moves_on_codes_each_event_by_event() -> None:
    """On every card alike: given, changed, and set with those that its profile names; each rightly and wrongly."""
    expected = []
    for code, by in (("pin", "puk"), ("puk", None), ("qpin", "puk")):
        for right in (True, False):
            expected += [
                Move(HOLDER, Action(ActionKind.LOG_IN, code), right, at_once(Verify(code, right))),
                Move(HOLDER, Action(ActionKind.CHANGE, code), right, at_once(Change(code, right, True))),
            ]
            if by is not None:
                reset = at_once(ResetCode(code, by, right, True))
                expected.append(Move(HOLDER, Action(ActionKind.SET, code, by=by), right, reset))
    assert list(code_moves(PROID_Q)) == expected


def test_an_act_is_a_move_of_its_actor() -> None:
    [move] = (move for move in code_moves(EOBCANKA) if move.action.act == "check-bok" and not move.right)
    events = at_once(ActorActs("register", "check-bok", correct=False))
    assert move == Move("register", Action(ActionKind.ACT, "bok", act="check-bok"), False, events)


FOUR = tuple(  # listed; not listed; a pair; a certificate alone; and another like the first
    Item(number, "", key, listed, certificate)
    for number, key, listed, certificate in (
        (1, Origin.MADE, True, False),
        (2, Origin.MADE, False, False),
        (3, Origin.MADE, True, True),
        (4, None, False, True),
        (5, Origin.MADE, True, False),
    )
)


@pytest.mark.parametrize(("profile", "block"), [(PROID_Q, 0), (TOKENME, 2048)], ids=["proid-q", "tokenme"])
def test_the_moves_on_keys_each_event_by_event(profile: Profile, block: int) -> None:
    """`block`: what a key takes of a card's memory, and with it a file; on a card without limit files are no matter."""
    name = "general"
    items = tuple(replace(item, area=name) for item in FOUR)
    state = replace(factory_state(profile), items=items)
    pin = Verify("pin", True)
    stored, removed = ([StoreFile(block)], [RemoveFile(block)]) if block else ([], [])

    def directories(listed: set[int], certified: set[int]) -> DirectoriesRead:
        return DirectoriesRead(frozenset(listed), frozenset(certified))

    made = StoreKey(Origin.MADE, block)
    expected: list[tuple[ActionKind, int | None, list[Event]]] = [
        (ActionKind.BREAK_OFF, None, [pin, made]),
        (ActionKind.MAKE_KEY, None, [pin, made, *stored, directories({1, 3, 5, 6}, {3, 4})]),
        (ActionKind.USE_KEY, 1, [pin, UseKey(1)]),
        (ActionKind.DELETE_KEY, 1, [pin, *removed, directories({3, 5}, {3, 4})]),
        (ActionKind.STORE_CERTIFICATE, 1, [pin, *stored, directories({1, 3, 5}, {1, 3, 4})]),
        (ActionKind.USE_KEY, 2, [pin, UseKey(2)]),
        (ActionKind.CLEAR_KEY, 2, [pin, directories({1, 2, 3, 5}, {3, 4}), directories({1, 3, 5}, {3, 4})]),
        (ActionKind.USE_KEY, 3, [pin, UseKey(3)]),
        (ActionKind.DELETE_KEY, 3, [pin, *removed, directories({1, 5}, {3, 4})]),
        (ActionKind.DELETE_CERTIFICATE, 3, [pin, *removed, directories({1, 3, 5}, {4})]),
        (ActionKind.DELETE_CERTIFICATE, 4, [pin, *removed, directories({1, 3, 5}, {3})]),
    ]
    assert [move for move in content_moves(profile, state) if move.action.area == name] == [
        Move(HOLDER, Action(kind, area=name, number=number), True, at_once(*events))
        for kind, number, events in expected
    ]


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


@pytest.mark.parametrize(("profile", "areas"), [(ZZZS_PK, {"pep", "kpep"}), (EOBCANKA, {"identification"})])
def test_a_closed_area_offers_keys_for_use_and_nothing_else_of_them(profile: Profile, areas: set[str]) -> None:
    on_keys = [move.action for move in content_moves(profile, factory_state(profile)) if move.action.number is not None]
    assert {(action.kind, action.area) for action in on_keys} == {(ActionKind.USE_KEY, area) for area in areas}


def test_where_files_are_nobodys_to_write_nothing_is_listed_or_deleted() -> None:
    profile = PROID_Q.model_copy(update={"files": PROID_Q.files.model_copy(update={"guard": None})})
    state = replace(factory_state(profile), items=tuple(replace(item, area="general") for item in FOUR))
    on_keys = [move.action for move in content_moves(profile, state) if move.action.number is not None]
    assert {action.kind for action in on_keys} == {ActionKind.USE_KEY}


def test_who_does_nothing_is_refused_nothing() -> None:
    state = factory_state(PROID_Q)
    assert perform(PROID_Q, state, Move(HOLDER, Action(ActionKind.LOG_IN), True, at_once())) == (state, Verdict.DONE)

"""What a key's own file asks for: the law knows it, and so do those who reason about a card's future."""

from __future__ import annotations

from dataclasses import replace

from stuntcard.policy import law
from stuntcard.policy.advise import Advice, Reason, Standing, advise
from stuntcard.policy.described import CodeIs, state_described
from stuntcard.policy.events import (
    DirectoriesRead,
    Event,
    KeyFilesRead,
    LogOut,
    RemoveKey,
    SessionEnd,
    StoreKey,
    UseKey,
    Verdict,
    Verify,
)
from stuntcard.policy.functions import Function, Use
from stuntcard.policy.moves import content_moves, perform
from stuntcard.policy.state import KeyRights, Origin, State, factory_state
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import ActionKind, CodeStatus

PROID_Q, BLANK, ZZZS_PK = (load_profile(name) for name in ("proid-q", "blank", "zzzs-pk"))
PIN, QPIN, PUK = (Verify(code, correct=True) for code in ("pin", "qpin", "puk"))
USE = UseKey(1)
WANTS_QPIN = KeyRights(code="qpin")
USE_GENERAL = Function(Use.USE_KEYS, "general")


def after(state: State, *events: Event) -> State:
    for event in events:
        state, verdict = law.step(PROID_Q, state, event)
        assert verdict is Verdict.DONE
    return state


def with_key(rights: KeyRights, *codes: CodeIs) -> State:
    """A key in the general area whose file asks for this, and no code given."""
    start = state_described(PROID_Q, codes or [CodeIs("qpin", CodeStatus.SET)])
    made = after(start, PIN, StoreKey(Origin.MADE), DirectoriesRead(frozenset({1}), None))
    return replace(after(made, KeyFilesRead({1: rights})), codes=start.codes, verified=frozenset())


def said(state: State, *given: Verify) -> Verdict:
    return law.step(PROID_Q, after(state, *given), USE)[1]


def test_a_code_that_the_file_asks_for_must_be_given_beside_the_guard() -> None:
    state = with_key(WANTS_QPIN)
    assert said(state) is Verdict.NOT_AUTHORISED
    assert said(state, PIN) is Verdict.NOT_AUTHORISED
    assert said(state, QPIN) is Verdict.NOT_AUTHORISED
    assert said(state, PIN, QPIN) is Verdict.DONE


def test_a_file_that_asks_for_the_guard_asks_for_no_more_than_the_law() -> None:
    state = with_key(KeyRights(code="pin"))
    assert state.items[0].rights == KeyRights()
    assert said(state, PIN) is Verdict.DONE


def test_a_code_that_is_to_be_given_for_each_use_is_used_up_by_one() -> None:
    state = after(with_key(KeyRights(consent="pin")), PIN, QPIN, USE)
    assert state.verified == {"qpin"}
    assert said(state) is Verdict.NOT_AUTHORISED
    assert said(state, PIN) is Verdict.DONE


def test_a_code_that_the_file_asks_for_is_used_up_only_where_the_file_says_so() -> None:
    """Even QPIN, which holds for one use of the keys that it guards."""
    assert after(with_key(WANTS_QPIN), PIN, QPIN, USE).verified == {"pin", "qpin"}
    assert after(with_key(replace(WANTS_QPIN, consent="qpin")), PIN, QPIN, USE).verified == {"pin"}


def test_a_use_that_uses_nothing_up_leaves_the_very_state() -> None:
    state = after(with_key(KeyRights()), PIN)
    assert after(state, USE) is state
    assert after(state, LogOut(("qpin",))) is state
    assert after(state, LogOut(("pin",))).verified == frozenset()


def test_a_key_that_is_nobodys_can_be_used_while_nobody_is_asked_for_a_code() -> None:
    assert said(with_key(KeyRights(never=True)), PIN, QPIN) is Verdict.NOT_AUTHORISED
    state = factory_state(BLANK)
    for event in (StoreKey(Origin.MADE), KeyFilesRead({1: KeyRights(never=True)}), USE):
        state, verdict = law.step(BLANK, state, event)
        assert verdict is Verdict.DONE


def test_what_a_file_asked_for_goes_with_the_key() -> None:
    state = after(with_key(WANTS_QPIN), DirectoriesRead(None, frozenset({1})))
    unlisted = after(state, DirectoriesRead(frozenset(), None))
    removed = after(state, RemoveKey(1))
    for left in (unlisted, removed):
        assert [(item.key, item.certificate, item.rights) for item in left.items] == [(None, True, KeyRights())]


def test_key_files_that_ask_for_what_they_asked_before_leave_the_very_state() -> None:
    state = with_key(WANTS_QPIN)
    assert law.step(PROID_Q, state, KeyFilesRead({1: WANTS_QPIN}))[0] is state
    assert law.step(PROID_Q, state, KeyFilesRead({}))[0].items[0].rights == KeyRights()


# Those who reason about a card


def uses(state: State) -> list[tuple[Event, ...]]:
    found = [move for move in content_moves(PROID_Q, state) if move.action.kind is ActionKind.USE_KEY]
    for move in found:
        expected = Verdict.NOT_AUTHORISED if state.items[0].rights.never else Verdict.DONE
        assert perform(PROID_Q, state, move) == (state, expected)
    return [move.events[:-1] for move in found]


def test_the_explorer_gives_all_codes_that_a_use_takes() -> None:
    assert uses(with_key(WANTS_QPIN)) == [(PIN, QPIN, USE)]
    assert uses(with_key(KeyRights(consent="pin"))) == [(PIN, USE)]
    assert uses(with_key(KeyRights(never=True))) == [(PIN, USE)]


def test_the_explorer_tells_keys_apart_by_what_their_files_ask_for() -> None:
    two = after(
        with_key(WANTS_QPIN),
        PIN,
        StoreKey(Origin.MADE),
        DirectoriesRead(frozenset({1, 2}), None),
        SessionEnd(),
    )
    assert [events[-1] for events in uses(two)] == [UseKey(1), UseKey(2)]
    alike = after(two, KeyFilesRead({1: WANTS_QPIN, 2: WANTS_QPIN}))
    assert [events[-1] for events in uses(alike)] == [UseKey(1)]


def standing(advice: Advice) -> Standing:
    return next(function.standing for function in advice.functions if function.function == USE_GENERAL)


def test_the_advisor_finds_the_way_to_a_key_that_asks_for_a_blocked_code() -> None:
    state = with_key(WANTS_QPIN, CodeIs("qpin", CodeStatus.BLOCKED))
    assert standing(advise(PROID_Q, with_key(KeyRights(), CodeIs("qpin", CodeStatus.BLOCKED)))) is Standing.WORKS
    assert standing(advise(PROID_Q, state)) is not Standing.WORKS


def test_the_advisor_names_the_code_for_want_of_which_a_key_is_gone() -> None:
    """PUK is blocked for good, and PIN, by which the key could be deleted, is forgotten."""
    state = with_key(KeyRights(code="puk"), CodeIs("puk", CodeStatus.BLOCKED))
    advice = advise(PROID_Q, state, forgotten=frozenset({"pin"}))
    [found] = [function for function in advice.functions if function.function == USE_GENERAL]
    assert found.standing is Standing.GONE
    assert Reason(code="puk", status=CodeStatus.BLOCKED) in found.reasons

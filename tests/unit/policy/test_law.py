"""The law's corners. What every event does to a ProID+Q, test_law_model.py tells; of one code, test_code_life.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stuntcard.policy.events import (
    ActorActs,
    Change,
    DirectoriesRead,
    Erase,
    Event,
    LogOut,
    RemoveKey,
    ResetCode,
    SessionEnd,
    StoreKey,
    UseKey,
    Verdict,
    Verify,
)
from stuntcard.policy.law import (
    area_of_new_key,
    is_open,
    permits,
    step,
    takes_key_numbered,
    unblocking_code,
    vouches_for,
)
from stuntcard.policy.state import CodeState, Item, Origin, State, factory_state
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import CARD, Cascade, CodeStatus, End, Part, Text

from tests.unit.policy.steps import PROID_Q, after, refused, said

FRESH = factory_state(PROID_Q)
SET, NOT_SET, BLOCKED = CodeStatus.SET, CodeStatus.NOT_SET, CodeStatus.BLOCKED
CODES = ("pin", "puk", "qpin")

RIGHT_PIN, RIGHT_PUK, RIGHT_QPIN = (Verify(code, True) for code in CODES)
WRONG_PIN, WRONG_PUK, WRONG_QPIN = (Verify(code, False) for code in CODES)
MAKE, IMPORT = StoreKey(Origin.MADE), StoreKey(Origin.IMPORTED)
TWICE_INTO_CC: list[Event] = [RIGHT_QPIN, MAKE, RIGHT_QPIN, MAKE]


# A card as it leaves the factory


def test_the_factory_gives_all_codes_all_tries_and_a_mark_to_change_them() -> None:
    assert FRESH.codes == {
        "pin": CodeState(SET, 3, 3, must_change=True),
        "puk": CodeState(SET, 5, 5, must_change=True),
        "qpin": CodeState(SET, 3, 3, must_change=True),
    }
    assert (FRESH.items, FRESH.lost, FRESH.verified) == ((), frozenset(), frozenset())


def test_keys_from_the_factory_are_listed_pairs() -> None:
    assert factory_state(load_profile("zzzs-pk")).items == (
        Item(1, "pep", Origin.FACTORY, listed=True, certificate=True),
        Item(2, "kpep", Origin.FACTORY, listed=True, certificate=True),
    )


def test_a_code_without_factory_value_is_not_set() -> None:
    without = PROID_Q.codes["qpin"].model_copy(update={"factory": None})
    profile = PROID_Q.model_copy(update={"codes": {**PROID_Q.codes, "qpin": without}})
    assert factory_state(profile).codes["qpin"] == CodeState(NOT_SET, 3, 3)


# Giving a code


NO_PIN = FRESH.with_code("pin", CodeState(NOT_SET, 3, 3))
PIN_BLOCKED, PUK_BLOCKED = after(*[WRONG_PIN] * 3), after(*[WRONG_PUK] * 5, *[WRONG_PIN] * 3)
FULL = after(RIGHT_PIN, *TWICE_INTO_CC, RIGHT_QPIN)
REFUSED: list[tuple[Event, State, Verdict]] = [
    (RIGHT_PIN, NO_PIN, Verdict.CODE_NOT_SET),
    (WRONG_PIN, NO_PIN, Verdict.CODE_NOT_SET),
    (Change("pin", True, True), NO_PIN, Verdict.CODE_NOT_SET),
    (Change("pin", False, False), NO_PIN, Verdict.CODE_NOT_SET),
    (Change("pin", True, True), PIN_BLOCKED, Verdict.CODE_BLOCKED),
    (Change("pin", True, False), FRESH, Verdict.VALUE_REFUSED),  # before the old value is looked at
    (Change("pin", False, False), FRESH, Verdict.VALUE_REFUSED),
    (ResetCode("pin", "puk", True, True), PUK_BLOCKED, Verdict.CODE_BLOCKED),
    (ResetCode("pin", "puk", False, False), FRESH, Verdict.VALUE_REFUSED),
    *(
        (ResetCode(code, by, correct, True), FRESH, Verdict.ACT_NOT_ALLOWED)  # nothing but PUK sets another code
        for code, by in (("puk", "pin"), ("puk", "puk"), ("pin", "qpin"), ("qpin", "pin"))
        for correct in (True, False)
    ),
    (MAKE, FULL, Verdict.NO_PLACE),
    (IMPORT, FULL, Verdict.NO_PLACE),
    (UseKey(7), after(RIGHT_PIN), Verdict.NO_SUCH_KEY),
]


@pytest.mark.parametrize(("event", "state", "verdict"), REFUSED)
def test_what_is_refused_changes_nothing(event: Event, state: State, verdict: Verdict) -> None:
    assert refused(event, state, verdict)


# Changing a code


def test_a_code_that_the_profile_does_not_let_change() -> None:
    fixed = PROID_Q.codes["puk"].model_copy(
        update={"change": PROID_Q.codes["puk"].change.model_copy(update={"allowed": False})}
    )
    profile = PROID_Q.model_copy(update={"codes": {**PROID_Q.codes, "puk": fixed}})
    assert refused(Change("puk", True, True), FRESH, Verdict.ACT_NOT_ALLOWED, profile)


# Setting a code with another


def test_the_unblocking_code() -> None:
    assert [unblocking_code(PROID_Q, code) for code in CODES] == ["puk", None, "puk"]


# The end of a card


def test_a_dead_card_refuses_every_event_and_never_changes() -> None:
    dead = after(*[WRONG_PIN] * 3, *[WRONG_QPIN] * 3, *[WRONG_PUK] * 5)
    events: list[Event] = [MAKE, UseKey(1), DirectoriesRead(frozenset(), frozenset()), SessionEnd()]
    for code in CODES:
        events += [Verify(code, True), Change(code, True, True), ResetCode(code, "puk", True, True)]
    for event in events:
        assert refused(event, dead, Verdict.CARD_DEAD)


# Parts and cascades, which other profiles have


def test_a_blocked_code_blocks_others_with_it() -> None:
    pin = PROID_Q.codes["pin"].model_copy(update={"blocks": Cascade(codes=("qpin",))})
    profile = PROID_Q.model_copy(update={"codes": {**PROID_Q.codes, "pin": pin}})
    state = after(RIGHT_QPIN, *[WRONG_PIN] * 3, profile=profile)
    assert state.codes["qpin"] == CodeState(BLOCKED, 0, 3, must_change=True)
    assert state.verified == frozenset()
    assert not state.dead


def test_a_lost_part_takes_its_codes_along_and_leaves_the_rest() -> None:
    profile = PROID_Q.model_copy(
        update={
            "parts": {"qualified": Part(name=Text(en="all", cs="vše", sl="vse"), codes=("qpin",))},
            "ends": (End(part="qualified", when_blocked=("puk",)),),
        }
    )
    state = after(RIGHT_PIN, *[WRONG_PUK] * 5, profile=profile)
    assert state.lost == {"qualified"}
    assert state.blocked("qpin")
    assert permits(state, "pin")
    assert not state.dead


def test_a_card_that_ends_takes_back_what_was_given() -> None:
    ends = (End(part=CARD, when_blocked=("puk",)),)
    state = after(RIGHT_PIN, *[WRONG_PUK] * 5, profile=PROID_Q.model_copy(update={"ends": ends}))
    assert (state.lost, state.verified) == (frozenset({CARD}), frozenset())


def test_a_code_that_serves_once_is_spent_then() -> None:
    zzzs_pk = load_profile("zzzs-pk")
    state = after(ResetCode("kpep-pin", "tpin", True, True), profile=zzzs_pk)
    assert [state.codes[code].status for code in ("kpep-pin", "tpin")] == [SET, NOT_SET]


# Keys and areas


@pytest.mark.parametrize(
    ("given", "area"),
    [
        ((), None),
        ((RIGHT_PIN,), "general"),
        ((RIGHT_QPIN,), None),
        ((RIGHT_PIN, RIGHT_QPIN), "cc"),
        ((RIGHT_QPIN, RIGHT_PIN, WRONG_QPIN), "general"),
        ((RIGHT_PIN, RIGHT_QPIN, SessionEnd()), None),
    ],
)
def test_the_area_of_a_new_key_follows_from_the_codes_given(given: tuple[Event, ...], area: str | None) -> None:
    state = after(*given)
    assert area_of_new_key(PROID_Q, state) == area
    assert said(MAKE, state) is (Verdict.NOT_AUTHORISED if area is None else Verdict.DONE)


def test_a_card_has_64_keys_at_the_most_however_much_memory_there_is() -> None:
    keys = tuple(Item(number, "general", Origin.MADE) for number in range(1, 65))
    state = after(RIGHT_PIN)
    assert said(MAKE, replace(state, items=keys[:63])) is Verdict.DONE
    assert refused(MAKE, replace(state, items=keys), Verdict.NO_SPACE)


def test_a_key_that_does_not_fit_into_the_memory_is_refused_however_few_there_are() -> None:
    tokenme = load_profile("tokenme")
    state = after(RIGHT_PIN, profile=tokenme)
    assert refused(StoreKey(Origin.MADE, 11 * 2048 + 1), state, Verdict.NO_SPACE, tokenme)
    assert said(StoreKey(Origin.MADE, 11 * 2048), state, tokenme) is Verdict.DONE


@pytest.mark.parametrize("reference", [-1, 0, 15, 16, 0x40])
def test_a_client_that_names_keys_by_number_alone_has_sixteen(reference: int) -> None:
    expected = Verdict.DONE if 0 <= reference <= 15 else Verdict.NO_SUCH_KEY
    assert takes_key_numbered(reference) is expected


# Directories


# Pure


def test_a_step_leaves_its_argument_alone() -> None:
    before = replace(FRESH, codes=dict(FRESH.codes))
    after(WRONG_PIN, RIGHT_PIN, RIGHT_QPIN, MAKE, start=FRESH)
    assert before == FRESH


# What the card vouches for


def test_the_card_vouches_for_keys_that_it_has_and_asks_for_no_code() -> None:
    held = after(RIGHT_PIN, MAKE, SessionEnd())
    assert vouches_for(PROID_Q, held, 1) is Verdict.DONE
    assert vouches_for(PROID_Q, held, 2) is Verdict.NO_SUCH_KEY


def test_the_card_vouches_for_no_key_that_is_gone() -> None:
    gone = after(RIGHT_PIN, MAKE, DirectoriesRead(frozenset({1}), frozenset({1})), DirectoriesRead(frozenset(), None))
    assert gone.item(1) is not None
    assert vouches_for(PROID_Q, gone, 1) is Verdict.NO_SUCH_KEY


def test_a_part_that_is_lost_takes_along_what_it_vouched_for() -> None:
    zzzs_pk = load_profile("zzzs-pk")
    lost = replace(factory_state(zzzs_pk), lost=frozenset({"pep"}))
    assert [vouches_for(zzzs_pk, lost, number) for number in (1, 2)] == [Verdict.PART_LOST, Verdict.DONE]


# Keys deleted by themselves, and codes taken back


def test_a_key_deleted_by_itself_frees_its_place_unless_its_certificate_is_there() -> None:
    state = after(*TWICE_INTO_CC, start=after(RIGHT_PIN))
    state = after(DirectoriesRead(frozenset({1, 2}), frozenset({2})), start=state)
    assert after(RemoveKey(1), start=state).items == (state.items[1],)
    left = after(RemoveKey(2), start=state).items
    assert left == (state.items[0], replace(state.items[1], key=None, listed=False))
    assert refused(RemoveKey(3), state, Verdict.NO_SUCH_KEY)
    assert refused(RemoveKey(2), after(RemoveKey(2), start=state), Verdict.NO_SUCH_KEY)


def test_a_key_of_a_closed_area_stays() -> None:
    zzzs_pk = load_profile("zzzs-pk")
    assert refused(RemoveKey(1), factory_state(zzzs_pk), Verdict.NOT_AUTHORISED, zzzs_pk)


def test_codes_are_taken_back_one_by_one_or_together() -> None:
    state = after(RIGHT_PIN, RIGHT_PUK, RIGHT_QPIN)
    assert after(LogOut(("pin",)), start=state).verified == {"puk", "qpin"}
    assert after(LogOut(CODES), start=state) == after(SessionEnd(), start=state)


@pytest.mark.parametrize("listed", [frozenset(), None])
def test_what_a_closed_area_holds_stays_whatever_the_directories_say(listed: frozenset[int] | None) -> None:
    zzzs_pk = load_profile("zzzs-pk")
    assert after(DirectoriesRead(listed, frozenset()), profile=zzzs_pk) == factory_state(zzzs_pk)


# Actors


EOBCANKA = load_profile("eobcanka")
SET_IDENTIFICATION, UNBLOCK = ActorActs("office", "set-identification"), ActorActs("office", "unblock")
BLOCK_IDENTIFICATION = ActorActs("helpline", "block-identification")


def test_actors_do_what_the_profile_lets_them() -> None:
    state = after(SET_IDENTIFICATION, ActorActs("office", "set-bok"), profile=EOBCANKA)
    for act in (ActorActs("nobody", "nothing"), ActorActs("office", "nothing"), UNBLOCK):
        assert refused(act, state, Verdict.ACT_NOT_ALLOWED, EOBCANKA)
    assert said(ActorActs("register", "check-bok"), state, EOBCANKA) is Verdict.DONE
    assert said(ActorActs("register", "check-bok", correct=False), state, EOBCANKA) is Verdict.WRONG_CODE


def test_of_codes_that_are_set_together_the_first_one_tells_whether_they_may_be() -> None:
    iok_blocked = after(SET_IDENTIFICATION, *[Verify("iok", False)] * 3, profile=EOBCANKA)
    state, verdict = step(EOBCANKA, iok_blocked, SET_IDENTIFICATION)
    assert (verdict, state.codes["iok"]) == (Verdict.DONE, CodeState(SET, 3, 3))


def test_codes_of_a_part_that_is_lost_are_nobodys_to_set_and_it_is_lost_once() -> None:
    lost = after(SET_IDENTIFICATION, BLOCK_IDENTIFICATION, profile=EOBCANKA)
    assert lost.lost == {"identification"}
    assert refused(ResetCode("iok", "dok", True, True), lost, Verdict.PART_LOST, EOBCANKA)
    for act in (SET_IDENTIFICATION, UNBLOCK, BLOCK_IDENTIFICATION):
        assert refused(act, lost, Verdict.PART_LOST, EOBCANKA)


# A card that is open at first

BLANK = load_profile("blank")
MAKE_PIN = ActorActs("maker", "make-pin", limits=(4, 6))
ACTIVATE = ActorActs("maker", "activate")


def made_up() -> State:
    return after(MAKE_PIN, ACTIVATE, start=factory_state(BLANK), profile=BLANK)


def test_on_an_open_card_no_code_is_asked_for() -> None:
    state = factory_state(BLANK)
    assert is_open(BLANK, state)
    assert area_of_new_key(BLANK, state) == "general"
    state = after(MAKE, start=state, profile=BLANK)
    assert said(UseKey(1), state, BLANK) is Verdict.DONE
    state = after(ACTIVATE, start=state, profile=BLANK)
    assert not is_open(BLANK, state)
    assert refused(UseKey(1), state, Verdict.NOT_AUTHORISED, BLANK)
    assert refused(MAKE, state, Verdict.NOT_AUTHORISED, BLANK)
    assert not is_open(PROID_Q, FRESH)


def test_codes_are_made_with_their_tries_while_the_card_is_open() -> None:
    state = after(MAKE_PIN, start=factory_state(BLANK), profile=BLANK)
    assert (state.codes["pin"], state.codes["puk"]) == (CodeState(SET, 4, 4), CodeState(SET, 6, 6))
    again = after(ActorActs("maker", "make-pin", limits=(0, 99)), start=state, profile=BLANK)
    assert (again.codes["pin"].tries_limit, again.codes["puk"].tries_limit) == (1, 15)
    assert refused(MAKE_PIN, made_up(), Verdict.ACT_NOT_ALLOWED, BLANK)
    assert refused(ActorActs("maker", "make-pin", acceptable=False), state, Verdict.VALUE_REFUSED, BLANK)


def test_erasing_leads_back_to_the_factory_on_such_a_card_only() -> None:
    assert after(Erase(), start=made_up(), profile=BLANK) == factory_state(BLANK)
    assert refused(Erase(), FRESH, Verdict.ACT_NOT_ALLOWED)

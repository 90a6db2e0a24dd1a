"""Facts of the source documents that are plain in the law or in what a profile tells people."""

from __future__ import annotations

from functools import partial

import pytest
from stuntcard.policy.events import (
    ActorActs,
    Change,
    DirectoriesRead,
    Event,
    ResetCode,
    SessionEnd,
    StoreKey,
    UseKey,
    Verdict,
    Verify,
)
from stuntcard.policy.law import step
from stuntcard.policy.state import CodeState, Origin
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import CodeStatus

from tests.unit.policy import steps

EOBCANKA = load_profile("eobcanka")
after, said = partial(steps.after, profile=EOBCANKA), partial(steps.said, profile=EOBCANKA)
SET = CodeStatus.SET

IDENTIFICATION_SET = ActorActs("office", "set-identification")
ALL_SET: tuple[Event, ...] = (
    IDENTIFICATION_SET,
    ResetCode("puk", "iok", correct=True, acceptable=True),
    ResetCode("pin", "puk", correct=True, acceptable=True),
    ResetCode("qpin", "puk", correct=True, acceptable=True),
    ActorActs("office", "set-bok"),
)


def notes(profile: str) -> str:
    return " ".join(note.text.en for note in load_profile(profile).notes)


@pytest.mark.fact("EO-01", "EO-02", "EO-03", "EO-04", "EO-05", "EO-06", "EO-07")
@pytest.mark.parametrize(
    ("code", "shortest", "longest", "tries"),
    [
        ("dok", 4, 10, 10),
        ("iok", 4, 10, 3),
        ("puk", 8, 15, 5),
        ("pin", 5, 15, 3),
        ("qpin", 5, 15, 3),
        ("bok", 4, 10, 3),
    ],
)
def test_the_codes_of_eobcanka(code: str, shortest: int, longest: int, tries: int) -> None:
    rule = EOBCANKA.codes[code]
    assert [length for length in range(20) if rule.accepts(b"7" * length)] == list(range(shortest, longest + 1))
    assert not rule.accepts(b"A" * longest)
    wrong: Event = Verify(code, correct=False)
    if code == "bok":
        wrong = ActorActs("register", "check-bok", correct=False)
    state = after(*ALL_SET)
    for left in reversed(range(tries)):
        assert state.codes[code].status is SET
        state, verdict = step(EOBCANKA, state, wrong)
        assert (verdict, state.codes[code].tries_left) == (Verdict.WRONG_CODE, left)
    assert state.blocked(code)


@pytest.mark.fact("EO-18")
def test_puk_is_changed_with_puk() -> None:
    state = after(*ALL_SET, Verify("puk", correct=False))
    assert said(Change("puk", correct=True, acceptable=True), state) is Verdict.DONE
    assert step(EOBCANKA, state, Change("puk", correct=True, acceptable=True))[0].codes["puk"] == CodeState(SET, 5, 5)


@pytest.mark.fact("EO-22")
def test_pin_allows_making_writing_deleting_and_using_what_is_not_qualified() -> None:
    state = after(*ALL_SET)
    make = StoreKey(Origin.MADE)
    assert said(make, state) is Verdict.NOT_AUTHORISED
    state, _ = step(EOBCANKA, state, Verify("pin", correct=True))
    state, verdict = step(EOBCANKA, state, make)
    assert verdict is Verdict.DONE
    number = state.items[-1].number
    assert state.items[-1].area == "general"
    for _ in range(3):
        assert said(UseKey(number), state) is Verdict.DONE
    others = frozenset(item.number for item in state.items[:-1])
    listed = DirectoriesRead(others | {number}, others)
    state, _ = step(EOBCANKA, state, listed)
    state, _ = step(EOBCANKA, state, DirectoriesRead(others, others))
    assert state.item(number) is None
    assert EOBCANKA.files.guard == "pin"


@pytest.mark.fact("EO-23")
def test_qpin_is_asked_for_before_each_single_qualified_signature() -> None:
    state = after(*ALL_SET, Verify("pin", correct=True), Verify("qpin", correct=True), StoreKey(Origin.MADE))
    key = state.items[-1]
    assert key.area == "qualified"
    assert said(UseKey(key.number), state) is Verdict.NOT_AUTHORISED
    for _ in range(2):
        state, _ = step(EOBCANKA, state, Verify("qpin", correct=True))
        state, verdict = step(EOBCANKA, state, UseKey(key.number))
        assert verdict is Verdict.DONE
        assert said(UseKey(key.number), state) is Verdict.NOT_AUTHORISED


@pytest.mark.fact("EO-24")
def test_iok_is_asked_for_at_each_identification() -> None:
    state = after(IDENTIFICATION_SET, SessionEnd())
    (key,) = (item for item in state.items if item.area == "identification")
    for _ in range(2):
        assert said(UseKey(key.number), state) is Verdict.NOT_AUTHORISED
        state, _ = step(EOBCANKA, state, Verify("iok", correct=True))
        state, verdict = step(EOBCANKA, state, UseKey(key.number))
        assert verdict is Verdict.DONE


@pytest.mark.fact("EO-08")
def test_a_card_handed_over_without_codes_tells_not_set_from_blocked() -> None:
    state = after()
    assert {code.status for code in state.codes.values()} == {CodeStatus.NOT_SET}
    assert said(Verify("iok", correct=False), state) is Verdict.CODE_NOT_SET
    blocked = after(*ALL_SET, *[Verify("iok", correct=False)] * 3)
    assert said(Verify("iok", correct=True), blocked) is Verdict.CODE_BLOCKED


@pytest.mark.fact("PQ-01", "PQ-04", "PQ-28")
def test_what_proid_q_tells_people() -> None:
    told = notes("proid-q")
    for word in ("qualified device", "signatures", "seals", "eIDAS", "EAL4+", "FIPS 140-2", "level 3"):
        assert word in told
    for word in ("contactless", "magnetic stripe", "PKCS#11", "proidqcm11.dll"):
        assert word in told


@pytest.mark.fact("TM-01", "TM-10")
def test_what_tokenme_tells_people() -> None:
    profile = load_profile("tokenme")
    assert "USB token" in profile.about.en
    told = notes("tokenme")
    for word in ("qualified device for signatures", "Bit4id PKI Manager", "store TokenME", ".pfx", "old commercial"):
        assert word in told


@pytest.mark.fact("EO-28")
def test_what_eobcanka_tells_people() -> None:
    assert EOBCANKA.parts["identification"].codes == ("dok", "iok")
    assert set(EOBCANKA.parts["signing"].codes) == {"puk", "pin", "qpin"}
    assert "needs none of PUK, PIN and QPIN" in notes("eobcanka")

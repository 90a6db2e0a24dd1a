"""What people in trouble with their cards are told, card by card, and that following it helps."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from stuntcard.policy import law
from stuntcard.policy.advise import Advice, Reason, Risk, Standing, Step, advise, steps_along
from stuntcard.policy.described import CodeIs, KeysAre, PartIs, Trait, state_described
from stuntcard.policy.events import (
    ActorActs,
    DirectoriesRead,
    Event,
    RemoveFile,
    ResetCode,
    SessionEnd,
    StoreKey,
    Verdict,
    Verify,
)
from stuntcard.policy.functions import Function, Situation, Use, functions_of, working
from stuntcard.policy.moves import Action, moves, perform
from stuntcard.policy.state import Origin, State, factory_state
from stuntcard.profile import model
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import CARD, CodeStatus, Profile

PROFILES = {name: load_profile(name) for name in ("proid-q", "tokenme", "eobcanka", "zzzs-pk")}
SET, NOT_SET, BLOCKED = CodeStatus.SET, CodeStatus.NOT_SET, CodeStatus.BLOCKED

USE_CC, NEW_IN_CC = Function(Use.USE_KEYS, "cc"), Function(Use.NEW_KEYS, "cc")
USE_GENERAL, NEW_IN_GENERAL = Function(Use.USE_KEYS, "general"), Function(Use.NEW_KEYS, "general")
USE_QUALIFIED, NEW_IN_QUALIFIED = Function(Use.USE_KEYS, "qualified"), Function(Use.NEW_KEYS, "qualified")
IDENTIFY = Function(Use.USE_KEYS, "identification")
GIVE_BOK = Function(Use.GIVE_CODE, "bok")
USE_PEP, USE_KPEP = Function(Use.USE_KEYS, "pep"), Function(Use.USE_KEYS, "kpep")
SIGNING = {USE_QUALIFIED, NEW_IN_QUALIFIED, USE_GENERAL, NEW_IN_GENERAL}


@cache
def state(profile: str, *traits: Trait) -> State:
    return state_described(PROFILES[profile], traits)


def advised(profile: str, *traits: Trait, forgotten: frozenset[str] = frozenset()) -> Advice:
    return advise(PROFILES[profile], state(profile, *traits), forgotten)


def blocked(*codes: str) -> tuple[CodeIs, ...]:
    return tuple(CodeIs(code, BLOCKED) for code in codes)


def those(advice: Advice, standing: Standing) -> set[Function]:
    return {function.function for function in advice.functions if function.standing is standing}


def working_now(advice: Advice) -> set[Function]:
    return those(advice, Standing.WORKS)


def gone(advice: Advice) -> set[Function]:
    return those(advice, Standing.GONE)


def said(step: Step) -> str:
    if step.deleted is not None:
        return f"{step.who}: {' '.join(step.gives)} deletes {step.action.number}"
    if step.action.act is not None:
        return f"{step.who}: {step.action.act}"
    return f"{step.who}: {' '.join(step.gives)} sets {step.action.code}"


def plan(advice: Advice) -> list[str]:
    return [said(step) for step in advice.plan]


def reasons(advice: Advice, function: Function) -> tuple[Reason, ...]:
    return next(a.reasons for a in advice.functions if a.function == function)


def the_risk(step: Step) -> Risk:
    assert len(step.risks) == 1
    return step.risks[0]


# On all cards


@pytest.mark.parametrize("name", PROFILES)
def test_on_a_card_that_is_set_up_there_is_nothing_to_do(name: str) -> None:
    advice = advised(name)
    assert working_now(advice) == set(functions_of(PROFILES[name]))
    assert (advice.plan, advice.left_out) == ((), ())


@pytest.mark.parametrize("name", PROFILES)
def test_everything_can_be_had_on_a_card_from_the_factory(name: str) -> None:
    advice = advise(PROFILES[name], factory_state(PROFILES[name]))
    assert gone(advice) == set()
    assert advice.left_out == ()


@pytest.mark.parametrize(
    ("name", "traits"),
    [
        ("proid-q", (*blocked("pin", "qpin"), CodeIs("puk", SET, 1), KeysAre("cc", 1, 1))),
        ("tokenme", (*blocked("pin"), KeysAre("general", 3))),
        ("eobcanka", (*blocked("dok", "bok"), CodeIs("puk", NOT_SET))),
        ("eobcanka", blocked("pin", "qpin", "iok")),
        ("zzzs-pk", (*blocked("pep-pin"), CodeIs("tpin", SET, 1))),
    ],
)
def test_who_follows_the_plan_has_what_it_promises(name: str, traits: tuple[Trait, ...]) -> None:
    """Each plan is carried out, code by code, on the law alone."""
    profile, card = PROFILES[name], state(name, *traits)
    advice = advise(profile, card)
    assert advice.plan
    promised = set(working_now(advice))
    for step in advice.plan:
        for event in events(step, card):
            card, verdict = law.step(profile, card, event)
            assert verdict is Verdict.DONE
        promised.update(step.restores)
        assert working(profile, Situation(card)) == promised
    assert promised == set(functions_of(profile))
    assert all(len(function.way) <= len(advice.plan) for function in advice.functions)


def events(step: Step, card: State) -> list[Event]:
    """A step as a person does it."""
    if step.action.act is not None:
        return [ActorActs(step.who, step.action.act)]
    if step.deleted is None:
        return [ResetCode(str(step.action.code), step.gives[0], correct=True, acceptable=True), SessionEnd()]
    listed = frozenset(item.number for item in card.items if item.listed) - {step.action.number}
    certified = frozenset(item.number for item in card.items if item.certificate) - {step.action.number}
    files = [RemoveFile(2048)] * 2 if card.files_size else []
    return [Verify(step.gives[0], correct=True), *files, DirectoriesRead(listed, certified), SessionEnd()]


def test_codes_that_were_given_in_the_reader_count_for_nothing() -> None:
    """Advice is for the next sitting: who gave PIN before need not know it."""
    profile = PROFILES["proid-q"]
    given, _ = law.step(profile, factory_state(profile), Verify("pin", correct=True))
    assert USE_GENERAL not in working_now(advise(profile, given, frozenset({"pin"})))


# ProID+Q


@pytest.mark.fact("PQ-12")
def test_puk_unblocks_pin_and_the_risk_is_counted() -> None:
    advice = advised("proid-q", *blocked("pin"), CodeIs("puk", SET, 4))
    assert working_now(advice) == {USE_CC}
    assert plan(advice) == ["holder: puk sets pin"]
    ways = {one.function: [said(step) for step in one.way] for one in advice.functions}
    assert ways == {USE_CC: []} | dict.fromkeys((NEW_IN_CC, USE_GENERAL, NEW_IN_GENERAL), plan(advice))
    step = advice.plan[0]
    assert (step.before, step.once, step.spent, step.instead) == (BLOCKED, False, (), ())
    assert set(step.restores) == {NEW_IN_CC, USE_GENERAL, NEW_IN_GENERAL}
    risk = the_risk(step)
    assert (risk.code, risk.tries_left, risk.blocks, risk.loses) == ("puk", 4, ("puk",), ())
    assert set(risk.ends) == {NEW_IN_CC, USE_GENERAL, NEW_IN_GENERAL}


@pytest.mark.fact("PQ-06")
def test_the_last_puk_of_a_card_with_pin_and_qpin_blocked_risks_the_whole_card() -> None:
    advice = advised("proid-q", *blocked("pin", "qpin"), CodeIs("puk", SET, 1))
    assert plan(advice) == ["holder: puk sets pin", "holder: puk sets qpin"]
    first, second = (the_risk(step) for step in advice.plan)
    assert (first.tries_left, first.loses) == (1, (CARD,))
    assert set(first.ends) == set(functions_of(PROFILES["proid-q"]))
    assert (second.tries_left, second.loses) == (5, ())


@pytest.mark.fact("PQ-06")
def test_with_all_blocked_only_a_new_card_helps() -> None:
    advice = advised("proid-q", *blocked("pin", "puk", "qpin"))
    assert gone(advice) == set(functions_of(PROFILES["proid-q"]))
    assert (advice.plan, advice.left_out, advice.beware) == ((), (), ())
    assert reasons(advice, USE_CC) == (Reason(part=CARD),)


def test_a_forgotten_pin_is_set_anew_with_puk_and_a_forgotten_puk_is_gone() -> None:
    advice = advised("proid-q", forgotten=frozenset({"pin"}))
    assert plan(advice) == ["holder: puk sets pin"]
    assert advice.plan[0].before is SET
    both = advised("proid-q", forgotten=frozenset({"pin", "puk"}))
    assert reasons(both, USE_GENERAL) == (
        Reason(code="pin", status=SET, forgotten=True),
        Reason(code="puk", status=SET, forgotten=True),
    )


def test_a_full_cc_area_is_cured_by_deleting_one_of_its_two() -> None:
    advice = advised("proid-q", KeysAre("cc", 2))
    assert those(advice, Standing.WAY_BACK) == {NEW_IN_CC}
    assert plan(advice) == ["holder: pin deletes 1"]
    assert advice.plan[0].action == Action(model.ActionKind.DELETE_KEY, area="cc", number=1)
    assert not advice.plan[0].once
    assert [said(step) for step in advice.plan[0].instead] == ["holder: pin deletes 2"]


@pytest.mark.fact("PQ-14")
def test_keys_that_no_directory_ever_listed_can_be_deleted_too() -> None:
    profile, card = PROFILES["proid-q"], state("proid-q")
    for _ in range(2):
        for event in (Verify("pin", correct=True), Verify("qpin", correct=True), StoreKey(Origin.MADE)):
            card, verdict = law.step(profile, card, event)
            assert verdict is Verdict.DONE
    advice = advise(profile, card)
    assert those(advice, Standing.WAY_BACK) == {NEW_IN_CC}
    assert plan(advice) == ["holder: pin deletes 1"]


# TokenME


def test_a_full_token_is_cured_by_deleting_a_certificate_with_its_key() -> None:
    advice = advised("tokenme", KeysAre("general", 3))
    assert those(advice, Standing.WAY_BACK) == {NEW_IN_GENERAL}
    assert plan(advice) == ["holder: pin deletes 1"]
    assert [said(step) for step in advice.plan[0].instead] == ["holder: pin deletes 2", "holder: pin deletes 3"]


def test_a_full_token_with_pin_blocked_takes_both_steps() -> None:
    advice = advised("tokenme", *blocked("pin"), KeysAre("general", 3))
    assert plan(advice) == ["holder: puk sets pin", "holder: pin deletes 1"]


# eObčanka


@pytest.mark.fact("EO-10")
def test_a_forgotten_iok_is_set_anew_with_dok_or_at_the_office() -> None:
    advice = advised("eobcanka", forgotten=frozenset({"iok"}))
    assert those(advice, Standing.WAY_BACK) == {IDENTIFY}
    assert plan(advice) == ["holder: dok sets iok"]
    assert [said(step) for step in advice.plan[0].instead] == ["office: set-identification"]


def test_another_first_step_serves_when_the_rest_of_the_way_leads_to_as_much() -> None:
    advice = advised("eobcanka", CodeIs("puk", NOT_SET), forgotten=frozenset({"iok"}))
    assert plan(advice)[:2] == ["holder: dok sets iok", "holder: iok sets puk"]
    (office,) = advice.plan[0].instead
    assert said(office) == "office: set-identification"
    assert (office.restores, office.risks) == ((IDENTIFY,), ())
    assert all(step.instead == () for step in advice.plan[1:])


@pytest.mark.fact("EO-12", "EO-13")
def test_a_blocked_dok_takes_the_office() -> None:
    advice = advised("eobcanka", *blocked("dok"))
    assert those(advice, Standing.WAY_BACK) == {IDENTIFY}
    assert plan(advice) == ["office: unblock"]
    assert (advice.plan[0].instead, advice.plan[0].once) == ((), False)


@pytest.mark.fact("EO-15", "EO-19")
def test_a_puk_never_set_is_set_once_with_iok_and_sets_pin_and_qpin() -> None:
    advice = advised("eobcanka", CodeIs("puk", NOT_SET))
    assert those(advice, Standing.WAY_BACK) == SIGNING
    assert plan(advice) == ["holder: iok sets puk", "holder: puk sets pin", "holder: puk sets qpin"]
    assert [step.once for step in advice.plan] == [True, False, False]


@pytest.mark.fact("EO-09", "EO-16")
def test_a_card_with_no_code_set_begins_at_the_office() -> None:
    profile = PROFILES["eobcanka"]
    advice = advise(profile, factory_state(profile))
    assert plan(advice)[:2] == ["office: set-identification", "holder: iok sets puk"]
    assert gone(advice) == set()


@pytest.mark.fact("EO-16")
def test_a_puk_never_set_with_identification_gone_is_gone_with_it() -> None:
    advice = advised("eobcanka", PartIs("identification"), CodeIs("puk", NOT_SET))
    assert gone(advice) == {IDENTIFY, *SIGNING}


@pytest.mark.fact("EO-17")
def test_nobody_unblocks_a_puk_or_sets_a_forgotten_one() -> None:
    stuck = advised("eobcanka", *blocked("puk", "pin"))
    assert gone(stuck) == {USE_GENERAL, NEW_IN_GENERAL, NEW_IN_QUALIFIED}
    assert stuck.plan == ()
    forgotten = advised("eobcanka", *blocked("pin"), forgotten=frozenset({"puk"}))
    assert gone(forgotten) == gone(stuck)
    assert reasons(forgotten, USE_GENERAL)[:2] == (
        Reason(code="pin", status=BLOCKED),
        Reason(code="puk", status=SET, forgotten=True),
    )


# ZZZS-PK


@pytest.mark.fact("PK-03", "PK-04")
def test_the_puk_of_pep_unblocks_its_pin_and_the_last_one_ends_the_part() -> None:
    advice = advised("zzzs-pk", *blocked("pep-pin"), CodeIs("pep-puk", SET, 1))
    assert plan(advice) == ["holder: pep-puk sets pep-pin"]
    risk = the_risk(advice.plan[0])
    assert (risk.tries_left, risk.blocks, risk.loses, risk.ends) == (1, ("pep-puk",), ("pep",), (USE_PEP,))


def test_nobody_is_warned_of_giving_a_code_wrongly_that_is_forgotten() -> None:
    assert {risk.code for risk in advised("zzzs-pk").beware} == {"pep-puk", "kpep-pin"}
    assert {risk.code for risk in advised("zzzs-pk", forgotten=frozenset({"pep-puk"})).beware} == {
        "pep-pin",
        "kpep-pin",
    }


@pytest.mark.fact("PK-04", "PK-13")
def test_pep_lost_is_gone_and_kpep_works() -> None:
    advice = advised("zzzs-pk", PartIs("pep"))
    assert (working_now(advice), gone(advice), advice.plan) == ({USE_KPEP}, {USE_PEP}, ())
    assert reasons(advice, USE_PEP) == (Reason(part="pep"),)


@pytest.mark.fact("PK-07", "PK-13")
def test_a_blocked_or_forgotten_pin_of_kpep_is_gone_and_pep_works() -> None:
    lost = advised("zzzs-pk", *blocked("kpep-pin"))
    assert (working_now(lost), gone(lost), lost.plan) == ({USE_PEP}, {USE_KPEP}, ())
    forgotten = advised("zzzs-pk", forgotten=frozenset({"kpep-pin"}))
    assert (gone(forgotten), forgotten.plan) == ({USE_KPEP}, ())


@pytest.mark.fact("PK-06", "PK-08")
def test_the_last_try_of_tpin_may_open_kpep_or_end_it() -> None:
    advice = advised("zzzs-pk", CodeIs("tpin", SET, 1))
    assert plan(advice) == ["holder: tpin sets kpep-pin"]
    step = advice.plan[0]
    assert (step.once, step.spent, step.restores) == (True, ("tpin",), (USE_KPEP,))
    risk = the_risk(step)
    assert (risk.tries_left, risk.loses, risk.ends) == (1, ("kpep",), (USE_KPEP,))
    assert risk.blocks == ("tpin", "kpep-pin")  # the code that is given comes first


# Told afterwards, of what somebody did


@pytest.mark.parametrize(
    ("name", "traits"),
    [
        ("eobcanka", (CodeIs("puk", NOT_SET),)),
        ("proid-q", (*blocked("pin", "qpin"), CodeIs("puk", SET, 1), KeysAre("cc", 1, 1))),
    ],
)
def test_who_did_what_the_plan_said_is_told_the_same_costs_and_risks(name: str, traits: tuple[Trait, ...]) -> None:
    """Some steps of these plans are done once in a card's life, some risk the card, each restores something."""
    profile, card = PROFILES[name], state(name, *traits)
    steps = tuple(replace(step, instead=()) for step in advise(profile, card).plan)
    way, now = [], card
    for step in steps:
        (move,) = (m for m in moves(profile, now) if m.right and (m.who, m.action) == (step.who, step.action))
        way.append(move)
        now, _ = perform(profile, now, move)
    assert len(steps) == 3
    assert steps_along(profile, Situation(card), way) == steps


def test_a_key_that_is_used_is_not_told_to_be_deleted() -> None:
    profile, card = PROFILES["proid-q"], state("proid-q", KeysAre("cc", 1))
    (use,) = (move for move in moves(profile, card) if move.action.kind is model.ActionKind.USE_KEY)
    (step,) = steps_along(profile, Situation(card), [use])
    assert (step.action.number, step.deleted) == (1, None)


# The law decides, and not the advisor


def test_another_law_gives_other_advice() -> None:
    """An office that could set PUK would be found at once; a PUK that can't set PIN would be missed at once."""
    eobcanka = PROFILES["eobcanka"]
    kinder = _with_reset(eobcanka, "puk", model.ResetRule.model_validate({"code": "dok", "from": ["blocked"]}))
    stuck = state("eobcanka", *blocked("puk", "pin"))
    assert plan(advise(kinder, stuck)) == ["holder: dok sets puk", "holder: puk sets pin"]

    proid_q = PROFILES["proid-q"]
    pin = proid_q.codes["pin"].model_copy(update={"reset_by": ()})
    harder = proid_q.model_copy(update={"codes": {**proid_q.codes, "pin": pin}})
    assert USE_GENERAL in gone(advise(harder, state("proid-q", *blocked("pin"))))


def test_what_a_closed_area_has_keeps_nobody_from_deleting_what_an_open_one_has() -> None:
    eobcanka = PROFILES["eobcanka"]
    general = eobcanka.areas["general"].model_copy(update={"places": PROFILES["proid-q"].areas["cc"].places})
    crowded = eobcanka.model_copy(update={"areas": {**eobcanka.areas, "general": general}})
    card = state_described(crowded, (KeysAre("general", 2),))
    assert [item.area for item in card.items] == ["identification", "general", "general"]
    assert plan(advise(crowded, card)) == ["holder: pin deletes 2"]


def _with_reset(profile: Profile, code: str, reset: model.ResetRule) -> Profile:
    rule = profile.codes[code]
    changed = rule.model_copy(update={"reset_by": (*rule.reset_by, reset)})
    return profile.model_copy(update={"codes": {**profile.codes, code: changed}})


# States from descriptions


def test_of_what_is_not_said_as_much_works_as_can() -> None:
    card = state("zzzs-pk", CodeIs("tpin", SET, 1))
    assert (card.codes["tpin"].tries_left, card.codes["kpep-pin"].status) == (1, NOT_SET)
    assert state("zzzs-pk").codes["kpep-pin"].status is SET
    assert state("eobcanka", *blocked("dok")).codes["iok"].status is BLOCKED
    assert working(PROFILES["eobcanka"], Situation(state("eobcanka", *blocked("puk")))) >= SIGNING

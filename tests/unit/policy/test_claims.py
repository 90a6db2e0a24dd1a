"""Claims hold on the law as it is; on a law that somebody broke, they do not, and the shortest way there is shown."""

from __future__ import annotations

from typing import Any

import pytest
from stuntcard.messages import Messages
from stuntcard.policy import law
from stuntcard.policy.claims import Judgement, judge
from stuntcard.policy.events import ActorActs, Event, SessionEnd, Verdict, Verify
from stuntcard.policy.moves import Move, apply
from stuntcard.policy.reach import reach
from stuntcard.policy.state import State, factory_state
from stuntcard.policy.walk import walk
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Claim, Language, Profile, ResetRule
from stuntcard.words.exploration import move_briefly

from tests.unit.policy.profiles_made_smaller import small_eobcanka, small_proid_q, with_code, with_tries

ZZZS_PK = load_profile("zzzs-pk")
ENGLISH = Messages(Language.ENGLISH)


def judged(profile: Profile) -> dict[str, Judgement]:
    walked = walk(profile)
    reached = reach(walked)
    return {claim.says.en: judge(walked, reached, claim) for claim in profile.claims}


def broken(profile: Profile) -> dict[str, list[str]]:
    """What claims do not hold, each with the shortest way to where it breaks, in brief."""
    return {
        says: way(profile, judgement.counterexample.moves if judgement.counterexample else ())
        for says, judgement in judged(profile).items()
        if not judgement.held
    }


def way(profile: Profile, moves: tuple[Move, ...]) -> list[str]:
    return [move_briefly(profile, move, ENGLISH) for move in moves]


def claiming(profile: Profile, **content: Any) -> Profile:
    """The profile with one claim of its own."""
    claim = Claim.model_validate({"says": "so it is", **content})
    return profile.model_copy(update={"claims": (claim,)})


# The law as it is


fact = pytest.mark.fact
SHIPPED = [
    pytest.param("proid-q", marks=fact("PQ-05", "PQ-06", "PQ-12")),
    pytest.param("tokenme", marks=fact("TM-02")),
    pytest.param(
        "eobcanka",
        marks=fact("EO-09", "EO-10", "EO-12", "EO-13", "EO-15", "EO-16", "EO-17", "EO-19", "EO-20", "EO-21", "EO-27"),
    ),
    pytest.param("zzzs-pk", marks=fact("PK-02", "PK-03", "PK-04", "PK-06", "PK-07", "PK-08", "PK-09", "PK-13")),
]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_claims_of_each_card_hold(name: str) -> None:
    assert broken(load_profile(name)) == {}


# A law that somebody broke by way of the profile


def test_dok_that_blocks_nothing_is_caught() -> None:
    profile = with_code(small_eobcanka(), "dok", blocks=None)
    says = "When DOK is blocked, IOK is blocked with it."
    assert broken(profile)[says] == ["the office: DOK and IOK set", "wrong DOK", "wrong DOK"]


def test_a_puk_that_can_be_unblocked_is_caught() -> None:
    rule = ResetRule.model_validate({"code": "qpin", "from": ["blocked"]})
    profile = with_code(small_proid_q(), "puk", reset_by=(rule,))
    says = "A blocked PUK never becomes usable again."
    assert broken(profile)[says] == ["wrong PUK", "wrong PUK", "PUK set with QPIN"]


def test_a_puk_set_by_iok_again_and_again_is_caught() -> None:
    rule = ResetRule.model_validate({"code": "iok", "from": ["not_set", "set", "blocked"]})
    profile = with_code(small_eobcanka(), "puk", reset_by=(rule,))
    found = broken(profile)
    assert found["PUK once set is never again not set, and IOK never sets it again."] == [
        "the office: DOK and IOK set",
        "PUK set with IOK",
    ]
    assert "A blocked PUK is never unblocked, not even at the office." in found


def test_a_card_that_nothing_ends_is_caught() -> None:
    profile = small_proid_q().model_copy(update={"ends": ()})
    found = broken(profile)
    assert sorted(found["With PIN, PUK and QPIN blocked at the same time, the card is destroyed."]) == [
        "wrong PIN",
        "wrong PUK",
        "wrong PUK",
        "wrong QPIN",
    ]


def test_a_claim_of_states_that_are_never_reached_is_not_held() -> None:
    profile = small_proid_q().model_copy(update={"ends": ()})
    judgement = judged(profile)["From a destroyed card nothing leads out."]
    assert (judgement.held, judgement.states, judgement.counterexample) == (False, 0, None)


def test_a_card_ended_too_soon_is_caught() -> None:
    end = small_proid_q().ends[0]
    too_soon = end.model_copy(update={"when_blocked": ("pin", "qpin")})
    found = broken(small_proid_q().model_copy(update={"ends": (too_soon,)}))
    says = "While one of the three codes is not blocked, the card is not destroyed."
    assert sorted(found[says]) == ["wrong PIN", "wrong QPIN"]


def test_a_part_that_takes_another_along_is_caught() -> None:
    end = ZZZS_PK.ends[0].model_copy(update={"part": "kpep"})
    judgement = judged(ZZZS_PK.model_copy(update={"ends": (*ZZZS_PK.ends, end)}))["PEP lost leaves KPEP usable."]
    # There is no card with PEP lost and KPEP alive any more.
    assert (judgement.held, judgement.states) == (False, 0)


def test_a_card_opened_to_writing_is_caught() -> None:
    area = ZZZS_PK.areas["pep"].model_copy(update={"create_with": ("pep-pin",)})
    files = ZZZS_PK.files.model_copy(update={"guard": "pep-pin"})
    opened = ZZZS_PK.model_copy(update={"areas": {**ZZZS_PK.areas, "pep": area}, "files": files})
    assert broken(opened)["Certificates can be neither added nor deleted."] == []


# A law that somebody broke in its rules


def test_a_dead_card_that_obeys_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the one look at `dead`, right codes are still refused, as all are blocked; an actor's act is not."""
    monkeypatch.setattr(law, "step", lambda profile, state, event: law._RULES[type(event)](profile, state, event))
    office = load_profile("eobcanka").actors["office"]
    act = office.acts["set-bok"].model_copy(update={"sets": ("pin",)})
    actors = {"office": office.model_copy(update={"acts": {"revive": act}, "cannot": {}})}
    profile = small_proid_q().model_copy(update={"actors": actors})
    found = broken(profile)["From a destroyed card nothing leads out."]
    assert sorted(found) == ["wrong PIN", "wrong PUK", "wrong PUK", "wrong QPIN"]


def test_a_reset_that_revives_the_dead_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    step = law.step

    def reviving(profile: Profile, state: State, event: Event) -> law.Outcome:
        if isinstance(event, SessionEnd) and state.dead:
            return factory_state(profile), Verdict.DONE
        return step(profile, state, event)

    monkeypatch.setattr(law, "step", reviving)
    says = "With PIN, PUK and QPIN blocked at the same time, the card is destroyed."
    # The session's end is part of the move that kills: no state of a dead card is left to be seen.
    assert not judged(small_proid_q())[says].held


def test_wrong_codes_that_cost_nothing_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = law._RULES[Verify]

    def lenient(profile: Profile, state: State, event: Verify) -> law.Outcome:
        return rule(profile, state, event) if event.correct else (state, Verdict.WRONG_CODE)

    monkeypatch.setitem(law._RULES, Verify, lenient)
    profile = with_tries(load_profile("proid-q"), {"puk": 1, "qpin": 1})
    way_there = broken(profile)["The third wrong PIN in a row blocks it."]
    assert way_there == ["wrong PIN", "wrong PIN"]


def test_an_actor_who_does_too_much_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = law._RULES[ActorActs]

    def careless(profile: Profile, state: State, event: ActorActs) -> law.Outcome:
        state, verdict = rule(profile, state, event)
        return (law._block(profile, state, ("puk",)) if event.actor == "helpline" else state), verdict

    monkeypatch.setitem(law._RULES, ActorActs, careless)
    profile = claiming(
        small_eobcanka(),
        when={"code": "puk", "is": "set"},
        after={"do": "act", "who": "helpline", "act": "block-identification"},
        always={"code": "puk", "is": "set"},
    )
    assert broken(profile)["so it is"] == [
        "the office: DOK and IOK set",
        "PUK set with IOK",
        "the helpline: identification blocked",
    ]


# What claims can say


def test_never_looks_at_all_that_follows_and_shows_the_shortest_way() -> None:
    profile = claiming(ZZZS_PK, when={"code": "tpin", "is": "not_set"}, never={"part": "pep", "is": "lost"})
    assert broken(profile)["so it is"] == ["PIN of KPEP set with TPIN", *["wrong PUK of PEP"] * 5]


def test_a_claim_that_speaks_of_one_state_is_broken_from_there() -> None:
    only = [
        {"code": "tpin", "is": "not_set"},
        {"code": "kpep-pin", "is": "set", "tries": 3},
        {"code": "pep-pin", "is": "set", "tries": 3},
        {"code": "pep-puk", "is": "set", "tries": 5},
    ]
    profile = claiming(ZZZS_PK, when=only, never={"part": "pep", "is": "lost"})
    assert broken(profile)["so it is"] == ["PIN of KPEP set with TPIN", *["wrong PUK of PEP"] * 5]


def test_never_after_a_deed_counts_from_where_the_deed_leads_or_from_where_it_is_refused() -> None:
    """PIN of KPEP set, and given wrongly three times, is longer by one than TPIN given wrongly three times."""
    set_once = {"do": "set", "code": "kpep-pin", "by": "tpin"}
    profile = claiming(ZZZS_PK, after=set_once, never={"code": "kpep-pin", "is": "blocked"})
    assert broken(profile)["so it is"] == ["wrong TPIN"] * 3


@pytest.mark.parametrize(
    "content", [{"never": {"part": "pep", "is": "lost"}}, {"always": {"part": "pep", "is": "alive"}}]
)
def test_the_way_leads_to_the_state_that_breaks_the_claim(content: dict[str, Any]) -> None:
    profile = claiming(ZZZS_PK, when={"code": "tpin", "is": "not_set"}, **content)
    walked = walk(profile)
    found = judge(walked, reach(walked), profile.claims[0]).counterexample
    assert found is not None
    state = factory_state(profile)
    for move in found.moves:
        state = apply(profile, state, move)
    assert walked.state(found.state).codes == state.codes
    assert state.lost == {"pep"}


def test_possible_is_broken_where_the_way_is_cut_off() -> None:
    profile = claiming(ZZZS_PK, possible={"can": {"do": "use_key", "area": "kpep"}})
    assert broken(profile)["so it is"] == ["wrong TPIN"] * 3


def test_always_is_broken_by_the_nearest_state() -> None:
    profile = claiming(ZZZS_PK, always={"code": "pep-pin", "is": "set"})
    assert broken(profile)["so it is"] == ["wrong PIN of PEP"] * 3


def test_of_what_is_lacking_and_what_shall_never_be_the_nearer_is_shown() -> None:
    puk_set, pin_blocked = {"code": "pep-puk", "is": "set"}, {"code": "pep-pin", "is": "blocked"}
    profile = claiming(ZZZS_PK, always=puk_set, never=pin_blocked)
    (judgement,) = judged(profile).values()
    assert judgement.counterexample is not None
    assert way(profile, judgement.counterexample.moves) == ["wrong PIN of PEP"] * 3
    assert judgement.claim == profile.claims[0]


@pytest.mark.parametrize("codes", [("pep-puk", "pep-pin"), ("pep-pin", "pep-puk")])
def test_of_several_conditions_the_one_that_breaks_first_is_shown(codes: tuple[str, str]) -> None:
    profile = claiming(ZZZS_PK, always=[{"code": code, "is": "set"} for code in codes])
    assert broken(profile)["so it is"] == ["wrong PIN of PEP"] * 3


def test_a_refused_deed_leaves_the_state_and_the_claim_looks_at_it() -> None:
    profile = claiming(
        ZZZS_PK,
        when={"code": "pep-pin", "is": "blocked"},
        after={"do": "change", "code": "pep-pin"},
        always={"code": "pep-pin", "is": "blocked", "tries": 0},
    )
    assert broken(profile) == {}


def test_several_conditions_of_when_hold_together_and_those_of_never_each() -> None:
    both_lost = [{"part": "pep", "is": "lost"}, {"part": "kpep", "is": "lost"}]
    assert judged(claiming(ZZZS_PK, when=both_lost, always={"final": True}))["so it is"].states == 1
    one_of_two = claiming(ZZZS_PK, never=[{"part": "pep", "is": "lost"}, {"part": "kpep", "is": "lost"}])
    assert len(broken(one_of_two)["so it is"]) == 3


def test_a_claim_may_speak_of_what_an_actor_does() -> None:
    set_bok = {"do": "act", "who": "office", "act": "set-bok"}
    assert broken(claiming(small_eobcanka(), after=set_bok, always={"code": "bok", "is": "set"})) == {}
    sets_iok = claiming(small_eobcanka(), after=set_bok, always={"code": "iok", "is": "set"})
    assert broken(sets_iok) == {"so it is": ["the office: BOK set"]}
    check_bok = {"do": "act", "who": "register", "act": "check-bok"}
    leaves_no_bok = claiming(small_eobcanka(), after=check_bok, never={"code": "bok", "is": "set"})
    assert broken(leaves_no_bok) == {"so it is": ["the office: BOK set"]}
    assert broken(claiming(small_eobcanka(), possible={"can": check_bok})) == {}
    assert broken(claiming(small_eobcanka(), always={"can": check_bok})) == {"so it is": []}


def test_a_deed_that_no_move_does_can_never_be_done() -> None:
    profile = claiming(ZZZS_PK, never={"can": {"do": "delete_key", "area": "pep"}})
    assert broken(profile) == {}
    profile = claiming(ZZZS_PK, possible={"can": {"do": "delete_key", "area": "pep"}})
    assert broken(profile) == {"so it is": []}

from __future__ import annotations

import pytest
from stuntcard.messages import Messages
from stuntcard.policy import law
from stuntcard.policy.events import Verdict, Verify
from stuntcard.policy.explore import explore
from stuntcard.policy.moves import Action, apply, moves
from stuntcard.policy.state import State, factory_state
from stuntcard.policy.walk import ability, walk
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import ActionKind, CodeStatus, Language, Memory, Profile
from stuntcard.words.exploration import move_briefly

from tests.unit.policy.profiles_made_smaller import small_eobcanka, small_proid_q, with_tries

ZZZS_PK = load_profile("zzzs-pk")
ENGLISH = Messages(Language.ENGLISH)
SMALL = [ZZZS_PK, small_proid_q(), small_eobcanka()]


def small_tokenme() -> Profile:
    profile = with_tries(load_profile("tokenme"), {"pin": 1, "puk": 1})
    return profile.model_copy(update={"memory": Memory(bytes=4 * 2048, block=2048)})


# What a walk finds


def test_zzzs_pk_has_as_many_states_as_can_be_counted_by_hand() -> None:
    """PEP: four of PIN by five of PUK, or lost. KPEP: three tries of TPIN, then three of its PIN, or lost.

    Tries that TPIN had left are all back once it was right.
    """
    assert len(walk(ZZZS_PK)) == (4 * 5 + 1) * (3 + 3 + 1)


def seen(state: State) -> object:
    """A state as the walk tells states apart: whatever the keys' numbers are."""
    items = sorted((item.area, item.key or "", item.listed, item.certificate, item.size) for item in state.items)
    return tuple(state.codes.items()), tuple(items), state.lost, state.files_size


def walked_plainly(profile: Profile) -> tuple[set[object], int]:
    """States and transitions, by asking the whole law about every move in every state."""
    start = factory_state(profile)
    states, queue, transitions = {seen(start): start}, [start], 0
    for state in queue:
        for move in moves(profile, state):
            after = apply(profile, state, move)
            transitions += seen(after) != seen(state)
            if seen(after) not in states:
                states[seen(after)] = after
                queue.append(after)
    return set(states), transitions


@pytest.mark.parametrize("profile", [ZZZS_PK, small_tokenme()], ids=lambda profile: profile.id)
def test_asking_the_law_once_for_what_it_sees_finds_what_asking_it_always_finds(profile: Profile) -> None:
    walked = walk(profile)
    states, transitions = walked_plainly(profile)
    assert {seen(walked.state(number)) for number in range(len(walked))} == states
    assert len(walked.targets) == transitions


@pytest.mark.parametrize("profile", SMALL, ids=lambda profile: profile.id)
def test_the_path_to_a_state_leads_to_it(profile: Profile) -> None:
    walked = walk(profile)
    for number in range(0, len(walked), 1 + len(walked) // 50):
        state = walked.state(0)
        for move in walked.path(number):
            # What is stored is numbered anew after each move, so moves are found again by what they do.
            again = next(m for m in moves(profile, state) if (ability(m), m.right) == (ability(move), move.right))
            state = apply(profile, state, again)
        assert state.codes == walked.state(number).codes
        assert state.lost == walked.state(number).lost


def test_a_law_that_looks_at_more_is_given_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that also asks for a code of another part and for what is stored is still walked rightly."""
    rule = law._RULES[Verify]

    def curious(profile: Profile, state: State, event: Verify) -> law.Outcome:
        if state.codes["tpin"].tries_left == 1 and state.used("pep"):
            return state, Verdict.ACT_NOT_ALLOWED
        return rule(profile, state, event)

    monkeypatch.setitem(law._RULES, Verify, curious)
    walked = walk(ZZZS_PK)
    states, transitions = walked_plainly(ZZZS_PK)
    assert {seen(walked.state(number)) for number in range(len(walked))} == states
    assert len(walked.targets) == transitions


# What is made of it


def test_a_dead_card_can_not_be_left_and_nothing_else_is_as_final() -> None:
    walked, found = explore(small_proid_q())
    assert found.final_states
    for number in range(len(walked)):
        assert walked.state(number).dead == (number in found.final_states)


def test_what_is_never_left() -> None:
    _, found = explore(ZZZS_PK)
    assert set(found.settled) == {(code, CodeStatus.BLOCKED) for code in ("pep-puk", "kpep-pin", "tpin")}
    assert found.lost_for_good == ("kpep", "pep")


def test_what_never_changes_was_not_come_to() -> None:
    profile = small_eobcanka()
    office = profile.actors["office"]
    acts = {name: act for name, act in office.acts.items() if name != "set-bok"}
    without_bok = profile.model_copy(
        update={"actors": {**profile.actors, "office": office.model_copy(update={"acts": acts})}, "claims": ()}
    )
    _, found = explore(without_bok)
    assert "bok" not in {code for code, _ in found.settled}
    assert ("puk", CodeStatus.BLOCKED) in found.settled


@pytest.mark.fact("PK-04", "PK-08", "PK-13")
def test_pep_and_kpep_are_lost_each_by_its_own_codes() -> None:
    _, found = explore(ZZZS_PK)
    use_pep, use_kpep = (
        ("holder", Action(ActionKind.USE_KEY, area="pep")),
        ("holder", Action(ActionKind.USE_KEY, area="kpep")),
    )
    by = {use: loss for loss in found.losses for use in loss.abilities if use in (use_pep, use_kpep)}
    assert {move_briefly(ZZZS_PK, move, ENGLISH) for move in by[use_pep].by} == {"wrong PUK of PEP"}
    assert len(by[use_pep].way) == 5
    assert by[use_pep].transitions == 2 * 4 * 7, "the last try of PUK in two commands, whatever PIN and KPEP are"
    assert {move_briefly(ZZZS_PK, move, ENGLISH) for move in by[use_kpep].by} == {"wrong TPIN", "wrong PIN of KPEP"}
    assert len(by[use_kpep].way) == 3
    assert by[use_kpep].transitions == 2 * 2 * 21, "the last try of TPIN or PIN in two commands each, whatever PEP is"


def test_from_where_keys_can_still_be_used() -> None:
    walked, found = explore(ZZZS_PK)
    pep, kpep = found.usability
    # PIN of PEP is set in 3 of its 4 by 5 states, and can be set again in the fourth; 7 states of KPEP with each.
    assert (found.profile, pep.area, kpep.area) == (ZZZS_PK, "pep", "kpep")
    assert (pep.now, pep.later, pep.never) == (3 * 5 * 7, 5 * 7, 7)
    assert (kpep.now, kpep.later, kpep.never) == (3 * 21, 3 * 21, 21)
    assert found.useless == 1
    assert (found.states, found.transitions) == (len(walked), len(walked.targets))


def test_a_card_that_can_lose_nothing_loses_nothing() -> None:
    profile = small_tokenme()
    _, found = explore(profile.model_copy(update={"claims": ()}))
    assert found.held
    assert found.lost_for_good == ()
    assert found.judgements == ()

"""What holds on every card, whatever happens to it in whatever order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stuntcard.policy.events import (
    ActorActs,
    Change,
    DirectoriesRead,
    Event,
    ResetCode,
    SessionEnd,
    StoreFile,
    StoreKey,
    UseKey,
    Verdict,
    Verify,
)
from stuntcard.policy.law import step
from stuntcard.policy.state import Origin, State, factory_state
from stuntcard.profile.load import load_profile, shipped_names
from stuntcard.profile.model import CARD, CodeStatus, Profile

PROFILES = {name: load_profile(name) for name in shipped_names()}
NUMBERS = st.frozensets(st.integers(1, 4), max_size=4)
DONE_SOMETHING = (Verdict.DONE, Verdict.WRONG_CODE)


def events(profile: Profile) -> st.SearchStrategy[Event]:
    """Every event that can be put to the law of a card, those among them that its profile does not know."""
    codes, flags = st.sampled_from(list(profile.codes)), st.booleans()
    # Wrong codes come often: what is worth seeing lies behind blocked codes.
    wrong = st.builds(Verify, codes, st.just(False))
    acts = [(actor, act) for actor, known in profile.actors.items() for act in known.acts]
    acting = st.sampled_from([*acts, ("nobody", "nothing")])
    return st.one_of(
        wrong,
        wrong,
        st.builds(Verify, codes, flags),
        st.builds(Change, codes, flags, flags),
        st.builds(ResetCode, codes, codes, flags, flags),
        st.builds(StoreKey, st.sampled_from(Origin), st.sampled_from([0, 300, 2048, 5000])),
        st.builds(UseKey, st.integers(1, 4)),
        st.builds(StoreFile, st.sampled_from([1, 2048, 9000])),
        st.builds(DirectoriesRead, st.none() | NUMBERS, st.none() | NUMBERS),
        st.builds(
            lambda act, acceptable, correct: ActorActs(act[0], act[1], acceptable, correct), acting, flags, flags
        ),
        st.just(SessionEnd()),
    )


Step = tuple[State, Event, State, Verdict]
LIVES = {name: st.lists(events(profile), max_size=60) for name, profile in PROFILES.items()}
every_card = pytest.mark.parametrize("name", list(PROFILES))


def life(profile: Profile, happened: list[Event]) -> Iterator[Step]:
    state = factory_state(profile)
    for event in happened:
        after, verdict = step(profile, state, event)
        yield state, event, after, verdict
        state = after


def may_give_tries(profile: Profile, event: Event, code: str) -> bool:
    """Whether the profile lets this event give a code tries back, or set it."""
    match event:
        case Verify(name, correct):
            return name == code and correct
        case Change(name, correct, acceptable):
            return name == code and correct and acceptable
        case ResetCode(name, by, correct, acceptable):
            known = any(rule.code == by for rule in profile.codes[name].reset_by)
            return code in (name, by) and known and correct and acceptable
        case ActorActs(actor, act, acceptable, correct) if actor in profile.actors:
            rule = profile.actors[actor].acts[act]
            return (code in rule.sets and acceptable) or (rule.checks == code and correct)
        case _:
            return False


def never_unblocked(profile: Profile, code: str) -> bool:
    """Whether no code and no actor of this profile unblocks a code."""
    by_codes = any(CodeStatus.BLOCKED in rule.from_ for rule in profile.codes[code].reset_by)
    by_actors = any(
        code in act.sets and CodeStatus.BLOCKED in act.from_
        for actor in profile.actors.values()
        for act in actor.acts.values()
    )
    return not by_codes and not by_actors


@every_card
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_tries_never_rise_without_an_allowed_act(name: str, data: st.DataObject) -> None:
    profile = PROFILES[name]
    for before, event, after, verdict in life(profile, data.draw(LIVES[name])):
        for code, was in before.codes.items():
            now = after.codes[code]
            assert 0 <= now.tries_left <= now.tries_limit <= profile.codes[code].tries.max
            if now.tries_left > was.tries_left or (was.status is not now.status is CodeStatus.SET):
                assert verdict is Verdict.DONE
                assert may_give_tries(profile, event, code)


@every_card
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_blocked_for_good_stays_so(name: str, data: st.DataObject) -> None:
    profile = PROFILES[name]
    for before, _, after, _ in life(profile, data.draw(LIVES[name])):
        what_is_gone_stays_gone(profile, before, after)


def what_is_gone_stays_gone(profile: Profile, before: State, after: State) -> None:
    """Parts that are lost, with all their codes, and codes that nothing unblocks."""
    assert before.lost <= after.lost
    for code in profile.codes:
        if before.blocked(code) and never_unblocked(profile, code):
            assert after.blocked(code)
    for part in after.lost - {CARD}:
        assert all(after.blocked(code) for code in profile.parts[part].codes)


@every_card
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_dead_card_stays_dead_and_as_it_was(name: str, data: st.DataObject) -> None:
    """Its death is brought on by hand where no profile's rule would do it."""
    profile = PROFILES[name]
    state = factory_state(profile)
    for event in data.draw(LIVES[name]):
        state, _ = step(profile, state, event)
    dead = State(state.codes, state.items, state.lost | {CARD}, frozenset(), state.files_size)
    for event in [*data.draw(LIVES[name]), SessionEnd()]:
        assert step(profile, dead, event) == (dead, Verdict.CARD_DEAD)


@every_card
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_the_death_of_one_part_leaves_the_others_as_they_were(name: str, data: st.DataObject) -> None:
    profile = PROFILES[name]
    for before, _, after, _ in life(profile, data.draw(LIVES[name])):
        for part in after.lost - before.lost - {CARD}:
            others = [code for code in profile.codes if code not in profile.parts[part].codes]
            assert {code: before.codes[code] for code in others} == {code: after.codes[code] for code in others}
            assert after.verified == before.verified - set(profile.parts[part].codes)
            assert (after.items, after.files_size) == (before.items, before.files_size)


@every_card
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_no_refused_act_changes_any_state(name: str, data: st.DataObject) -> None:
    for before, _, after, verdict in life(PROFILES[name], data.draw(LIVES[name])):
        if verdict not in DONE_SOMETHING:
            assert after == before


@every_card
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_wrong_code_spends_one_try_of_one_code(name: str, data: st.DataObject) -> None:
    for before, _, after, verdict in life(PROFILES[name], data.draw(LIVES[name])):
        if verdict is Verdict.WRONG_CODE:
            spent = [code for code in before.codes if after.codes[code].tries_left == before.codes[code].tries_left - 1]
            assert spent
            assert after.items == before.items


@every_card
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_code_that_holds_is_set_and_has_all_its_tries(name: str, data: st.DataObject) -> None:
    """So the explorer may give codes and use them in one move, and misses nothing that lies between."""
    for _, _, after, _ in life(PROFILES[name], data.draw(LIVES[name])):
        for code in after.verified:
            assert after.codes[code].status is CodeStatus.SET
            assert after.codes[code].tries_left == after.codes[code].tries_limit


@every_card
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_places_and_memory_are_never_exceeded(name: str, data: st.DataObject) -> None:
    profile = PROFILES[name]
    for _, _, after, _ in life(profile, data.draw(LIVES[name])):
        for area, rules in profile.areas.items():
            assert rules.places is None or after.used(area) <= rules.places.count
        assert profile.memory is None or after.memory_used <= profile.memory.bytes

"""Ways through a card's law: each is one that the card can go, and together they show all that there is."""

from __future__ import annotations

import pytest
from stuntcard.campaign.tour import Map, Transition, map_of, tours
from stuntcard.policy.events import Verdict
from stuntcard.policy.moves import ActionKind, Move, perform
from stuntcard.policy.state import factory_state
from stuntcard.profile.load import load_profile


def anything(_: Move) -> bool:
    return True


@pytest.fixture(scope="module", params=["tokenme", "zzzs-pk"])
def card(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def walked(card: str) -> Map:
    return map_of(load_profile(card), anything)


def steps(walked: Map) -> list[Transition]:
    return [step for tour in tours(walked) for step in tour]


def test_every_way_begins_at_the_factory_and_goes_as_the_law_says(card: str, walked: Map) -> None:
    profile = load_profile(card)
    for tour in tours(walked):
        state = factory_state(profile)
        for step in tour:
            state, verdict = perform(profile, state, step.move)
            assert verdict is step.verdict
            assert (state.codes, state.lost) == (walked.states[step.after].codes, walked.states[step.after].lost)


def test_the_ways_show_everything(walked: Map) -> None:
    assert {step.shows for step in steps(walked)} == walked.everything


def test_no_way_goes_on_once_all_was_shown(walked: Map) -> None:
    shown = set[object]()
    for tour in tours(walked):
        assert tour[-1].shows not in shown | {step.shows for step in tour[:-1]}
        shown |= {step.shows for step in tour}


def test_what_changes_nothing_is_shown_as_well() -> None:
    """A code that is blocked takes no right value, and loses nothing by a wrong one."""
    blocked = {
        (step.move.action.code, step.move.right)
        for step in steps(map_of(load_profile("tokenme"), anything))
        if step.verdict is Verdict.CODE_BLOCKED and step.move.action.kind is ActionKind.LOG_IN
    }
    assert blocked == {("pin", True), ("pin", False), ("puk", True), ("puk", False)}


def test_everywhere_means_each_move_in_each_state() -> None:
    walked = map_of(load_profile("tokenme"), anything, everywhere=True)
    assert len(walked.states) == 24
    assert len(walked.everything) == 24 * 10
    assert {step.shows for step in steps(walked)} == walked.everything


def test_moves_that_are_not_wanted_are_not_taken() -> None:
    walked = map_of(load_profile("tokenme"), lambda move: move.action.kind is ActionKind.LOG_IN)
    assert {step.move.action.kind for step in steps(walked)} == {ActionKind.LOG_IN}


def test_the_death_of_the_chip_is_on_the_way_and_another_card_goes_on() -> None:
    walked = map_of(load_profile("proid-q"), lambda move: move.action.kind is ActionKind.LOG_IN)
    deaths = [step for step in steps(walked) if walked.states[step.after].dead and not walked.states[step.before].dead]
    assert deaths
    assert {step.move.right for step in deaths} == {False}
    assert len(list(tours(walked))) > 1

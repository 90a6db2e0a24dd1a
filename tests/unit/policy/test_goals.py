"""Ways to a state that somebody wants, past what shall not happen, and that there is none any more."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
from stuntcard.policy.conditions import Seen, holds
from stuntcard.policy.described import CodeIs, state_described
from stuntcard.policy.functions import Situation
from stuntcard.policy.goals import Avoided, Goal, GoalTooFarError, Standpoint
from stuntcard.policy.moves import Move, content_moves, perform
from stuntcard.policy.state import CodeState, Item, Origin, State, factory_state
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import ActionKind, ClaimedAction, CodeStatus, Condition, Profile

PROID_Q, EOBCANKA, ZZZS_PK = (load_profile(name) for name in ("proid-q", "eobcanka", "zzzs-pk"))
FRESH = factory_state(PROID_Q)
PAIRED = Item(1, "cc", Origin.MADE, listed=True, certificate=True)


def condition(**content: Any) -> Condition:
    return Condition.model_validate(content)


def action(**content: Any) -> ClaimedAction:
    return ClaimedAction.model_validate(content)


def in_brief(way: Sequence[Move] | None) -> list[str] | None:
    """What is done, and on or with what."""
    if way is None:
        return None
    return [f"{move.action.kind} {move.action.code or move.action.act or move.action.area}" for move in way]


def with_items(*items: Item) -> State:
    return State(FRESH.codes, items)


def at(state: State, *forgotten: str) -> Standpoint:
    return Standpoint(Situation(state, frozenset(forgotten)))


def test_what_is_so_already_takes_no_step() -> None:
    assert Goal(PROID_Q, [condition(code="pin", **{"is": "set"})], {}).way(at(FRESH)) == ()


def test_a_mark_goes_by_a_change_or_by_puk_where_the_code_is_forgotten() -> None:
    goal = Goal(PROID_Q, [condition(code="pin", must_change=False)], {})
    assert in_brief(goal.way(at(FRESH))) == ["change pin"]
    assert in_brief(goal.way(at(FRESH, "pin"))) == ["set pin"]
    assert in_brief(goal.way(at(FRESH, "pin", "puk"))) is None


def test_the_value_of_the_factory_is_one_that_a_code_can_be_changed_to() -> None:
    wanted = [condition(code="pin", factory_value=True, **{"is": "set"})]
    assert in_brief(Goal(PROID_Q, wanted, {}).way(at(FRESH))) == ["change pin"]
    other = [condition(code="pin", factory_value=False)]
    assert in_brief(Goal(PROID_Q, other, {}).way(Standpoint(Situation(FRESH), frozenset({"pin"})))) == ["change pin"]


def test_a_full_area_is_made_free_and_a_named_key_is_never_another_one_of_its_number() -> None:
    state = with_items(PAIRED, Item(2, "cc", Origin.MADE, listed=True))
    wanted = [condition(key="22", **{"is": "gone"}), condition(area="cc", paired=2)]
    goal = Goal(PROID_Q, wanted, {"21": 1, "22": 2})
    assert in_brief(goal.way(at(state))) == ["delete_key cc", "make_key cc", "store_certificate cc"]
    kept = Goal(PROID_Q, [condition(key="22", **{"is": "paired"})], {"21": 1, "22": 2})
    assert in_brief(kept.way(Standpoint(Situation(state), gone=frozenset({"22"})))) is None


def test_a_way_leads_past_what_shall_not_happen_if_it_can() -> None:
    state = with_items(PAIRED)
    wanted = [condition(key="21", **{"is": "gone"}), condition(area="cc", paired=1)]
    avoided = Avoided((condition(area="cc", used=0),))
    careless = in_brief(Goal(PROID_Q, wanted, {"21": 1}).way(at(state)))
    assert careless == ["delete_key cc", "make_key cc", "store_certificate cc"]
    careful = Goal(PROID_Q, wanted, {"21": 1}, avoided=[avoided])
    assert in_brief(careful.way(at(state))) == ["make_key cc", "delete_key cc", "store_certificate cc"]
    nothing_else = Goal(PROID_Q, [condition(area="cc", used=0)], {"21": 1}, avoided=[avoided])
    assert in_brief(nothing_else.way(at(state))) == ["delete_key cc"]


def test_deeds_are_done_in_the_order_that_the_law_lets() -> None:
    deeds = [action(do="use_key", area="cc"), action(do="import_key", area="general")]
    goal = Goal(PROID_Q, [condition(code="pin", **{"is": "set"})], {"21": 1}, deeds)
    blocked = FRESH.with_code("pin", CodeState(CodeStatus.BLOCKED, 0, 3))
    way = goal.way(at(State(blocked.codes, (PAIRED,))))
    assert sorted(in_brief(way) or []) == ["import_key general", "set pin", "use_key cc"]
    assert (in_brief(way) or [])[-1] == "import_key general"


def test_a_card_without_files_of_its_clients_still_uses_its_keys() -> None:
    goal = Goal(ZZZS_PK, [], {}, [action(do="use_key", area="pep")])
    assert in_brief(goal.way(at(factory_state(ZZZS_PK)))) == ["use_key pep"]


@pytest.mark.parametrize(("profile", "size"), [(PROID_Q, 0), (load_profile("tokenme"), 2048)])
def test_a_key_from_a_file_comes_with_its_certificate_and_takes_nothing_from_others(
    profile: Profile, size: int
) -> None:
    """Where a card's memory is counted, the key, its file and the certificate's take a block each."""
    there = Item(1, "general", Origin.MADE, listed=True, certificate=True)
    state = replace(factory_state(profile), items=(there,))
    way = Goal(profile, [], {}, [action(do="import_key", area="general")]).way(at(state))
    assert in_brief(way) == ["import_key general"]
    after, _ = perform(profile, state, (way or ())[0])
    assert after.items == (there, Item(2, "general", Origin.IMPORTED, listed=True, certificate=True, size=size))
    assert after.files_size == 2 * size


def test_an_act_may_be_what_is_wanted() -> None:
    goal = Goal(EOBCANKA, [condition(part="identification", **{"is": "lost"})], {})
    assert in_brief(goal.way(at(factory_state(EOBCANKA)))) == ["act block-identification"]


@pytest.mark.parametrize("mistaken", [(), ("pin",)])
def test_only_codes_that_may_be_mistaken_are_given_wrongly(mistaken: Sequence[str]) -> None:
    for code in ("puk", "qpin"):
        goal = Goal(PROID_Q, [condition(code=code, **{"is": "blocked"})], {}, mistaken=mistaken)
        assert goal.way(at(FRESH)) is None


def test_what_people_can_do_then_may_be_what_is_wanted_and_what_they_have_done() -> None:
    check_bok = {"do": "act", "who": "register", "act": "check-bok"}
    start = at(factory_state(EOBCANKA))
    assert in_brief(Goal(EOBCANKA, [condition(can=check_bok)], {}).way(start)) == ["act set-bok"]
    assert in_brief(Goal(EOBCANKA, [], {}, [action(**check_bok)]).way(start)) == ["act set-bok", "act bok"]


BY_DOK = {"do": "set", "code": "iok", "by": "dok"}
AT_THE_OFFICE = {"do": "act", "who": "office", "act": "set-identification"}
DOK_SET, DOK_BLOCKED = (condition(code="dok", **{"is": status}) for status in ("set", "blocked"))


@pytest.mark.parametrize(
    ("avoided", "way"),
    [
        ([], ["set iok"]),
        ([Avoided((), action(**BY_DOK))], ["act set-identification"]),
        ([Avoided((DOK_SET,), action(**BY_DOK))], ["act set-identification"]),
        ([Avoided((DOK_BLOCKED,), action(**BY_DOK))], ["set iok"]),
        ([Avoided((), action(**BY_DOK)), Avoided((), action(**AT_THE_OFFICE))], ["set iok"]),
        ([Avoided((DOK_SET,))], ["set iok"]),
    ],
)
def test_a_way_leads_past_deeds_that_shall_not_be_done_then(avoided: Sequence[Avoided], way: list[str]) -> None:
    """Where what shall not be is so from the beginning, it keeps nobody from anything."""
    blocked = state_described(EOBCANKA, [CodeIs("iok", CodeStatus.BLOCKED)])
    goal = Goal(EOBCANKA, [condition(code="iok", **{"is": "set"})], {}, avoided=avoided)
    assert in_brief(goal.way(at(blocked))) == way


def test_a_goal_that_is_too_far_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stuntcard.policy.goals.MOST_SITUATIONS", 3)
    goal = Goal(PROID_Q, [condition(area="cc", paired=2)], {})
    with pytest.raises(GoalTooFarError, match=r"^more than 3 situations lie before the goal$"):
        goal.way(at(FRESH))


def test_as_many_situations_are_looked_at_as_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new card, each of its three codes changed, and each of the others with the first."""
    for most, way in ((6, ["change puk"]), (5, None)):
        monkeypatch.setattr("stuntcard.policy.goals.MOST_SITUATIONS", most)
        goal = Goal(PROID_Q, [condition(code="puk", must_change=False)], {})
        with pytest.raises(GoalTooFarError) if way is None else nullcontext():
            assert in_brief(goal.way(at(FRESH))) == way


# Conditions


@pytest.mark.parametrize(
    ("content", "so"),
    [
        ({"area": "cc", "used": 2, "paired": 1, "unpaired": 1}, True),
        ({"area": "cc", "used": {"at_least": 3}}, False),
        ({"area": "cc", "imported": 1}, False),
        ({"area": "general", "imported": {"at_most": 1}}, True),
        ({"key": "21", "is": "paired"}, True),
        ({"key": "22", "is": ["unpaired", "gone"]}, True),
        ({"key": "23", "is": "certificate"}, True),
        ({"key": "24", "is": "gone"}, True),
        ({"code": "pin", "factory_value": True}, True),
        ({"code": "puk", "factory_value": True}, False),
        ({"can": {"do": "make_key", "area": "cc"}}, False),
        ({"can": {"do": "delete_certificate", "area": "cc"}}, True),
        ({"can": {"do": "log_in", "code": "pin", "wrong": True}}, False),
        ({"final": True}, False),
        ({"part": "card", "is": "alive"}, True),
        ({"part": "card", "is": "lost"}, False),
        ({"area": "cc", "unpaired": 0}, False),
        ({"area": "general", "unpaired": 0}, True),
        ({"area": "cc", "imported": 0}, True),
    ],
)
def test_a_condition_is_asked_of_one_card(content: dict[str, Any], so: bool) -> None:
    items = (
        PAIRED,
        Item(2, "cc", Origin.MADE, listed=True),
        Item(3, "general", None, certificate=True),
        Item(4, "general", Origin.IMPORTED, listed=True, certificate=True),
    )
    seen = Seen(with_items(*items), {"21": 1, "22": 2, "23": 3}, frozenset({"pin"}))
    assert holds(PROID_Q, seen, condition(**content)) is so


def test_moves_on_items_told_apart_name_each_of_them() -> None:
    state = with_items(PAIRED, Item(2, "cc", Origin.MADE, listed=True, certificate=True))
    uses = [move for move in content_moves(PROID_Q, state, {1, 2}) if move.action.kind is ActionKind.USE_KEY]
    assert [move.action.number for move in uses] == [1, 2]
    assert all(perform(PROID_Q, state, move)[0].items == state.items for move in uses)
    of_named = [[m.action.number for m in content_moves(PROID_Q, state, named)] for named in ({1}, {2}, ())]
    assert [set(numbers) & {1, 2} for numbers in of_named] == [{1, 2}, {1, 2}, {1}]

"""Ways from where a card is to where somebody wants it."""

from __future__ import annotations

import pytest
from stuntcard.policy.described import CodeIs, PartIs
from stuntcard.policy.events import Verify
from stuntcard.policy.moves import perform
from stuntcard.policy.route import route_to
from stuntcard.policy.state import CodeState, State, factory_state
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import CodeStatus, Profile

from tests.unit.policy.steps import after
from tests.unit.policy.test_described import told

SET, NOT_SET, BLOCKED = CodeStatus.SET, CodeStatus.NOT_SET, CodeStatus.BLOCKED


@pytest.fixture
def proid_q() -> Profile:
    return load_profile("proid-q")


def walked(profile: Profile, state: State, *wanted: CodeIs | PartIs) -> State:
    """The state that the route's own stages lead to, one move after the other."""
    for stage in route_to(profile, state, wanted).stages:
        assert stage.move is not None
        for _ in range(stage.times):
            state, _ = perform(profile, state, stage.move)
    return state


THREE_CODES = ["wrong PIN", "wrong PUK", "wrong QPIN"]
PUK_SET_BY_IOK = ["the office: DOK and IOK set", "PUK set with IOK"]
Route = tuple[tuple[CodeIs | PartIs, ...], list[str]]


@pytest.mark.parametrize(
    ("name", "routes"),
    [
        (
            "proid-q",
            [
                ((CodeIs("pin", SET, 1),), ["wrong PIN x 2"]),
                ((CodeIs("pin", SET, 2),), ["right PIN", "wrong PIN"]),
                ((CodeIs("puk", SET, 4),), ["wrong PUK"]),
                ((CodeIs("pin", SET),), []),
                ((CodeIs("qpin", BLOCKED, 0),), ["wrong QPIN x 3"]),
                ((CodeIs("pin", SET, 3),), ["right PIN"]),
                ((CodeIs("qpin", SET, 2),), ["QPIN set with PUK", "wrong PUK", "wrong QPIN"]),
                ((CodeIs("pin", SET, 2), CodeIs("puk", SET, 3), CodeIs("qpin", SET, 1)), THREE_CODES),
            ],
        ),
        (
            "eobcanka",
            [
                ((CodeIs("puk", SET), CodeIs("bok", SET)), [*PUK_SET_BY_IOK, "the office: BOK set"]),
                ((CodeIs("bok", SET, 2), CodeIs("iok", BLOCKED)), ["wrong IOK x 3", "wrong BOK"]),
                ((CodeIs("bok", SET, 3),), ["the register: BOK checked"]),
                ((PartIs("identification"),), ["the helpline: identification blocked"]),
            ],
        ),
        (
            "eobcanka",
            [
                ((CodeIs("dok", BLOCKED),), ["the office: DOK and IOK set", "wrong DOK x 10"]),
                ((CodeIs("dok", SET),), ["the office: DOK unblocked", "wrong IOK x 3"]),
            ],
        ),
        (
            "zzzs-pk",
            [
                ((CodeIs("kpep-pin", SET, 2),), ["PIN of KPEP set with TPIN", "wrong PIN of KPEP"]),
                ((PartIs("pep"), PartIs("kpep")), ["wrong PUK of PEP x 5", "wrong PIN of KPEP x 2"]),
            ],
        ),
    ],
)
def test_each_route_is_the_shortest_that_leaves_the_rest_as_it_was(name: str, routes: list[Route]) -> None:
    """One after the other, each from where the one before has led."""
    profile = load_profile(name)
    state = factory_state(profile)
    for wanted, stages in routes:
        route = route_to(profile, state, wanted)
        assert (told(profile, route.stages), route.forced) == (stages, ())
        assert walked(profile, state, *wanted) == route.state
        state = route.state


FORCED = [
    ("proid-q", [], CodeIs("qpin", NOT_SET), CodeState(NOT_SET, 3, 3)),
    ("proid-q", [], CodeIs("qpin", SET, 5), CodeState(SET, 5, 5)),
    ("eobcanka", [PartIs("identification")], CodeIs("iok", SET), CodeState(SET, 3, 3)),
    ("eobcanka", [PartIs("identification")], CodeIs("iok", SET, 1), CodeState(SET, 1, 3)),
    ("eobcanka", [PartIs("identification")], CodeIs("pin", BLOCKED), CodeState(BLOCKED, 0, 3)),
]


def test_a_way_that_leaves_the_mark_of_another_code_comes_before_one_that_takes_it() -> None:
    office = load_profile("eobcanka").actors["office"]
    renew = office.acts["set-bok"].model_copy(update={"from_": (SET, BLOCKED), "asks_for": ()})
    acts = {f"renew-{len(codes)}": renew.model_copy(update={"sets": codes}) for codes in (("pin", "qpin"), ("pin",))}
    proid_q = load_profile("proid-q")
    pin = proid_q.codes["pin"].model_copy(update={"reset_by": ()})
    actors = {"office": office.model_copy(update={"acts": acts, "cannot": {}})}
    profile = proid_q.model_copy(update={"codes": {**proid_q.codes, "pin": pin}, "actors": actors})
    blocked = route_to(profile, factory_state(profile), [CodeIs("pin", BLOCKED)]).state
    route = route_to(profile, blocked, [CodeIs("pin", SET)])
    assert [stage.move.action.act for stage in route.stages if stage.move] == ["renew-1"]
    assert [code.must_change for code in route.state.codes.values()] == [False, True, True]


@pytest.mark.parametrize(("name", "first", "wanted", "code"), FORCED)
def test_what_the_law_has_no_way_to_is_forced_and_nothing_else(
    name: str, first: list[CodeIs | PartIs], wanted: CodeIs, code: CodeState
) -> None:
    profile = load_profile(name)
    before = route_to(profile, factory_state(profile), first).state
    route = route_to(profile, before, [wanted])
    assert route.forced == (wanted,)
    assert route.state.codes[wanted.code] == code
    others = [name for name in profile.codes if name != wanted.code]
    assert [route.state.codes[name] for name in others] == [before.codes[name] for name in others]
    assert route.state.lost == before.lost


def test_what_the_law_could_do_before_it_was_at_its_end_is_told_too() -> None:
    profile = load_profile("proid-q")
    route = route_to(profile, factory_state(profile), [CodeIs("pin", BLOCKED), CodeIs("qpin", NOT_SET)])
    assert (told(profile, route.stages), route.forced) == (["wrong PIN x 3"], (CodeIs("qpin", NOT_SET),))


def test_a_code_that_was_forced_has_to_be_given_again() -> None:
    profile = load_profile("proid-q")
    given = after(Verify("pin", True), Verify("puk", True))
    assert route_to(profile, given, [CodeIs("pin", NOT_SET)]).state.verified == {"puk"}


def test_a_card_that_nothing_ends_is_ended_by_force() -> None:
    profile = load_profile("tokenme")
    route = route_to(profile, factory_state(profile), [PartIs("card")])
    assert (route.state.lost, route.forced) == (frozenset({"card"}), (PartIs("card"),))


def test_a_part_is_given_back_by_force_and_its_codes_stay_as_they_are() -> None:
    profile = load_profile("eobcanka")
    lost = route_to(profile, factory_state(profile), [PartIs("identification")]).state
    route = route_to(profile, lost, [PartIs("identification", lost=False)])
    assert (route.forced, route.stages) == ((PartIs("identification", lost=False),), ())
    assert (route.state.lost, route.state.codes) == (frozenset(), lost.codes)


def test_it_begins_where_the_card_is(proid_q: Profile) -> None:
    there = route_to(proid_q, factory_state(proid_q), [CodeIs("pin", BLOCKED), CodeIs("puk", SET, 2)]).state
    route = route_to(proid_q, there, [CodeIs("pin", SET, 2)])
    assert route.forced == ()
    assert [code.tries_left for code in route.state.codes.values()] == [2, 2, 3], "PUK has no more tries than before"
    assert walked(proid_q, there, CodeIs("pin", SET, 2)) == route.state


def test_of_what_can_not_go_together_the_parts_go_first(proid_q: Profile) -> None:
    wanted: list[CodeIs | PartIs] = [
        CodeIs("pin", BLOCKED),
        CodeIs("puk", BLOCKED),
        CodeIs("qpin", BLOCKED),
        PartIs("card", lost=False),
    ]
    route = route_to(proid_q, factory_state(proid_q), wanted)
    assert route.forced == (CodeIs("qpin", BLOCKED),)
    assert not route.state.dead
    assert all(code.status is BLOCKED for code in route.state.codes.values())


def test_what_was_forced_stays_as_it_was_forced(proid_q: Profile) -> None:
    dead = route_to(proid_q, factory_state(proid_q), [PartIs("card")]).state
    route = route_to(proid_q, dead, [CodeIs("pin", SET, 1), PartIs("card", lost=False), CodeIs("puk", NOT_SET)])
    assert set(route.forced) == {PartIs("card", lost=False), CodeIs("pin", SET, 1), CodeIs("puk", NOT_SET)}
    codes = route.state.codes
    assert (route.state.dead, codes["pin"].tries_left, codes["puk"].status) == (False, 1, NOT_SET)
    assert codes["pin"].tries_limit == 3

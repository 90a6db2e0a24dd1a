"""What a card is good for, and the codes that this takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stuntcard.policy.events import ActorActs
from stuntcard.policy.functions import Function, Situation, Use, codes_needed, codes_set_by, done, functions_of, working
from stuntcard.policy.moves import code_moves
from stuntcard.policy.state import Item, KeyRights, Origin, factory_state
from stuntcard.profile.load import load_profile

from tests.unit.policy.steps import after

EOBCANKA = load_profile("eobcanka")
GIVE_BOK = Function(Use.GIVE_CODE, "bok")


def test_a_card_is_good_for_its_keys_for_new_ones_and_for_codes_that_are_not_on_the_chip() -> None:
    areas = [(Use.USE_KEYS, "identification")]
    areas += [(use, area) for area in ("qualified", "general") for use in (Use.USE_KEYS, Use.NEW_KEYS)]
    assert functions_of(EOBCANKA) == (*(Function(use, area) for use, area in areas), GIVE_BOK)


def test_a_code_that_the_office_has_set_can_be_given_then() -> None:
    assert GIVE_BOK not in working(EOBCANKA, Situation(factory_state(EOBCANKA)))
    assert GIVE_BOK in working(EOBCANKA, Situation(after(ActorActs("office", "set-bok"), profile=EOBCANKA)))


def test_who_has_a_forgotten_code_set_at_the_office_knows_it_again() -> None:
    assert codes_set_by(EOBCANKA, ActorActs("office", "set-identification")) == ("dok", "iok")
    (office,) = (move for move in code_moves(EOBCANKA) if move.action.act == "set-identification")
    forgotten = Situation(after(ActorActs("office", "set-bok"), profile=EOBCANKA), frozenset({"bok", "dok", "iok"}))
    known = done(EOBCANKA, forgotten, office)
    assert known is not None
    assert known.forgotten == {"bok"}


@pytest.mark.parametrize(
    ("rights", "works"),
    [
        ([KeyRights(never=True)], False),
        ([KeyRights(never=True), KeyRights()], True),
        ([], True),
    ],
)
def test_keys_that_nobody_may_use_are_not_made_up_for_by_the_code_that_guards_them(
    rights: list[KeyRights], works: bool
) -> None:
    """Where there are keys, one of them has to be of use; where there is none, the code is enough."""
    profile = load_profile("proid-q")
    items = tuple(Item(number, "cc", Origin.MADE, rights=asked) for number, asked in enumerate(rights, 1))
    elsewhere = Item(9, "general", Origin.MADE)
    state = replace(factory_state(profile), items=(*items, elsewhere))
    assert (Function(Use.USE_KEYS, "cc") in working(profile, Situation(state))) is works


@pytest.mark.parametrize(
    ("name", "function", "codes"),
    [
        ("proid-q", Function(Use.USE_KEYS, "general"), ("pin",)),
        ("proid-q", Function(Use.USE_KEYS, "cc"), ("qpin", "puk")),  # the key's own file asks for PUK
        ("proid-q", Function(Use.NEW_KEYS, "cc"), ("pin", "qpin")),
        ("eobcanka", Function(Use.GIVE_CODE, "bok"), ("bok",)),
    ],
)
def test_the_codes_that_a_function_takes(name: str, function: Function, codes: tuple[str, ...]) -> None:
    profile = load_profile(name)
    state = factory_state(profile)
    if name == "proid-q":
        items = (Item(1, "general", Origin.MADE), Item(2, "cc", Origin.MADE, rights=KeyRights(code="puk")))
        state = replace(state, items=items)
    assert codes_needed(profile, state, function) == codes


def test_where_no_code_guards_the_files_a_new_key_needs_no_place_for_its_certificate() -> None:
    profile = load_profile("proid-q")
    open_to_all = profile.model_copy(update={"files": profile.files.model_copy(update={"guard": None})})
    assert Function(Use.NEW_KEYS, "cc") in working(open_to_all, Situation(factory_state(open_to_all)))

"""What a card is good for, and the codes that this takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stuntcard.policy.functions import Function, Situation, Use, codes_needed, working
from stuntcard.policy.state import Item, KeyRights, Origin, factory_state
from stuntcard.profile.load import load_profile


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

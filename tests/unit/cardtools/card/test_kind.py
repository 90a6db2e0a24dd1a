"""What is so of every card of a kind, as cards tell it and tools read it."""

from __future__ import annotations

import pytest
from cardtools.card.consequences import AtNone, fate
from cardtools.card.errors import BadAnswerError
from cardtools.card.kind import CARD, CardKind, CodeState, End, parse_kind
from cardtools.card.status import parse_status
from stuntcard.applets.manage import kind_of_card
from stuntcard.profile.load import load_profile, shipped_names

from tests.unit.cardtools.manager.cards import card

NOT_SET = CodeState.NOT_SET


def kind(name: str) -> CardKind:
    return parse_kind(kind_of_card(load_profile(name)))


@pytest.mark.parametrize("name", shipped_names())
def test_codes_areas_parts_and_ends_are_those_of_the_profile(name: str) -> None:
    profile, told = load_profile(name), kind(name)
    assert (told.name, told.writes_with) == (profile.name, profile.files.guard)
    assert {code: one.blocks for code, one in told.codes.items()} == {
        code: rule.blocks.codes if rule.blocks is not None else () for code, rule in profile.codes.items()
    }
    assert told.create_with == {area: rule.create_with for area, rule in profile.areas.items()}
    assert told.parts == {part: rule.codes for part, rule in profile.parts.items()}
    assert told.ends == tuple(End(end.part, end.when_blocked) for end in profile.ends)


def test_the_general_area_is_where_the_code_for_writing_alone_leads() -> None:
    areas = {name: kind(name).general_area for name in ("proid-q", "tokenme", "eobcanka", "zzzs-pk")}
    assert areas == {"proid-q": "general", "tokenme": "general", "eobcanka": "general", "zzzs-pk": None}
    assert kind("zzzs-pk").part_of_code("tpin") == "kpep"
    assert kind("proid-q").ends_with("pin") == (End(CARD, ("pin", "puk", "qpin")),)


@pytest.mark.parametrize(
    ("profile", "fates"),
    [
        ("proid-q", [AtNone.UNBLOCK, AtNone.FOR_GOOD, AtNone.UNBLOCK]),
        ("eobcanka", [AtNone.UNBLOCK, AtNone.FOR_GOOD, AtNone.UNBLOCK, AtNone.UNBLOCK, AtNone.OFFICE]),
        ("zzzs-pk", [AtNone.UNBLOCK, AtNone.PART_LOST, AtNone.PART_LOST, AtNone.PART_LOST]),
    ],
)
def test_what_becomes_of_each_code_follows_from_it(profile: str, fates: list[AtNone]) -> None:
    status = card(profile, "s" * len(fates))
    assert [fate(status, code) for code in status.codes] == fates


def test_who_sets_a_code_and_when() -> None:
    codes = kind("eobcanka").codes
    every = frozenset(CodeState)
    assert (codes["puk"].set_from, codes["puk"].set_off_card) == (frozenset({NOT_SET}), frozenset())
    assert (codes["dok"].set_from, codes["dok"].set_off_card) == (frozenset(), every)
    assert codes["iok"].set_off_card == every


@pytest.mark.parametrize("told", ["", "E7 00", "E8 02 A1 00", "E8 03 80 01 FF"])
def test_what_is_no_kind_is_refused(told: str) -> None:
    answers = {
        0xE0: "E0 0B 81 01 78 82 01 00 83 01 05 80 00",
        0xE1: "E1 00",
        0xE2: "E2 00",
        0xE3: "E3 00",
        0xE4: "E4 00",
    }
    read = {tag: bytes.fromhex(text) for tag, text in {**answers, 0xE8: told}.items()}
    with pytest.raises(BadAnswerError):
        parse_status(read)

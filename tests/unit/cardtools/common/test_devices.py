"""What is known of each kind of card: the shipped file, checked, and held against the profiles of the emulator."""

from __future__ import annotations

import pytest
from cardtools.card.consequences import at_none, blocked_with, destroyed
from cardtools.card.status import CardStatus, Characters, CodeState, CodeStatus, PartStatus
from cardtools.common.devices import (
    AtNone,
    DevicesError,
    UnknownDeviceError,
    devices,
    find_device,
    parse_devices,
)
from cardtools.common.messages import Language, Messages
from cardtools.common.terms import Trouble
from stuntcard.profile.load import load_profile

CARDS = ["proid-q", "tokenme", "eobcanka", "zzzs-pk"]
LEAST = """
schema: 1
devices:
  some-card:
    name: Some card
    qualified_area: null
    general_area: general
    writes_with: pin
    codes:
      pin: {at_none: for-good}
    manager: {name: Some manager}
"""


@pytest.mark.parametrize("name", CARDS)
def test_every_card_has_its_device_with_the_same_codes_areas_and_parts(name: str) -> None:
    profile, device = load_profile(name), find_device(name)
    assert device.name == profile.name
    assert set(device.codes) == set(profile.codes)
    assert {part: set(codes) for part, codes in device.parts.items()} == {
        part: set(rule.codes) for part, rule in profile.parts.items()
    }
    assert {code: set(data.blocks) for code, data in device.codes.items()} == {
        code: set(rule.blocks.codes if rule.blocks else ()) for code, rule in profile.codes.items()
    }
    assert device.writes_with == profile.files.guard
    for area in (device.general_area, device.qualified_area):
        assert area is None or device.writes_with in profile.areas[area].create_with


def test_there_are_the_four_cards() -> None:
    assert list(devices()) == CARDS


@pytest.mark.fact("PQ-15", "TM-03", "TM-05")
def test_the_same_number_means_something_else_on_another_card() -> None:
    numbers = {(name, trouble): devices()[name].number(trouble) for name in devices() for trouble in Trouble}
    assert {key: number for key, number in numbers.items() if number is not None} == {
        ("proid-q", Trouble.NO_PLACE): 622,
        ("tokenme", Trouble.NO_SPACE): 621,
        ("tokenme", Trouble.MANAGER_OUTDATED): 622,
    }


@pytest.mark.fact("PQ-02", "PQ-27")
def test_a_warranty_claim_wants_the_factory_values() -> None:
    warranty = find_device("proid-q").warranty
    assert warranty is not None
    assert warranty.factory_values == {"pin": "12345678", "puk": "87654321", "qpin": "12345678"}


@pytest.mark.fact("TM-05")
def test_a_manager_is_outdated_below_the_oldest_version_that_will_do() -> None:
    manager = find_device("tokenme").manager
    assert manager.oldest_version == "1.4.10"
    assert [manager.outdated(version) for version in ("1.4.9", "1.4.10", "1.5", "1.10.0")] == [
        True,
        False,
        False,
        False,
    ]
    assert not find_device("proid-q").manager.outdated("0.1")
    with pytest.raises(ValueError, match="new"):
        manager.outdated("new")


def test_an_unknown_kind_of_card_is_an_error() -> None:
    with pytest.raises(UnknownDeviceError):
        find_device("no-such-card")


def test_the_least_that_a_device_needs() -> None:
    assert parse_devices(LEAST)["some-card"].codes["pin"].at_none is AtNone.FOR_GOOD


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("schema: 1", "schema: 2", "schema"),
        ("writes_with: pin", "writes_with: puk", "no code puk"),
        ("for-good", "never", "at_none"),
        ("for-good", "part-lost", "belongs to none"),
        ("name: Some card", "name: Some card\n    colour: blue", "colour"),
        ("some-card", "Some Card", "some-card|Some Card"),
        ("pin: {at_none: for-good}", "pin", "codes"),
        ("for-good}", "for-good, blocks: [puk]}", "no code puk"),
        ("for-good}", "for-good, source: PQ-1}", "pin.source"),
        ("writes_with: pin", "", "writes_with"),
        ("name: Some card", "name: [Some, card]", "some-card.name"),
        ("general_area: general", "general_area: 1", "general_area"),
        ("manager:", "error_numbers: {no-place: many}\n    manager:", "no-place"),
        ("schema: 1", "schema: [", "expected"),
    ],
)
def test_a_mistake_in_the_file_is_said_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(DevicesError, match=said):
        parse_devices(LEAST.replace(old, new, 1))


def status(*codes: CodeStatus, parts: tuple[PartStatus, ...] = ()) -> CardStatus:
    return CardStatus("some-card", "00", False, codes, (), parts, ())


def code(name: str, shown: str, unblocked_by: str | None = None) -> CodeStatus:
    return CodeStatus(
        name, shown, 1, CodeState.SET, 3, 3, 3, False, 4, 15, False, unblocked_by, Characters.DIGITS, True
    )  # fmt: skip


@pytest.mark.parametrize("language", Language)
def test_what_happens_at_the_last_try_is_told(language: Language) -> None:
    messages, kpep = Messages(language), PartStatus("kpep", "KPEP", False)
    cases = [
        ("proid-q", status(code("pin", "PIN", "puk"), code("puk", "PUK")), "at-none-unblock", ["PIN", "PUK"]),
        ("proid-q", status(code("puk", "PUK")), "at-none-for-good", ["PUK"]),
        ("eobcanka", status(code("dok", "DOK")), "at-none-office", ["DOK"]),
        # TPIN sets the PIN of KPEP once and never unblocks it.
        ("zzzs-pk", status(code("kpep-pin", "PIN", "tpin"), code("tpin", "TPIN"), parts=(kpep,)),
         "at-none-part-lost", ["KPEP"]),
    ]  # fmt: skip
    for name, card, key, words in cases:
        consequence = at_none(find_device(name), card, card.codes[0])
        assert consequence is not None
        assert consequence.key == key
        assert all(word in messages.told(consequence) for word in words)


@pytest.mark.fact("EO-12")
@pytest.mark.parametrize("language", Language)
def test_a_code_that_is_blocked_along_with_another_is_named(language: Language) -> None:
    card = status(code("dok", "DOK"), code("iok", "IOK", "dok"))
    consequence = blocked_with(find_device("eobcanka"), card, card.codes[0])
    assert consequence is not None
    told = Messages(language).told(consequence)
    assert told.index("DOK") < told.index("IOK")
    assert blocked_with(find_device("eobcanka"), card, card.codes[1]) is None


@pytest.mark.fact("PQ-06")
def test_codes_that_destroy_the_card_together_are_told() -> None:
    card = status(code("pin", "PIN", "puk"), code("puk", "PUK"), code("qpin", "QPIN", "puk"))
    consequence = destroyed(find_device("proid-q"), card, card.codes[0])
    assert consequence is not None
    assert "PIN, PUK, QPIN" in Messages(Language.ENGLISH).told(consequence)
    assert destroyed(find_device("tokenme"), card, card.codes[0]) is None

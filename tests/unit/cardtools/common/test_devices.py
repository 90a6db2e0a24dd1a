"""What is known of each kind of card: the shipped file, checked, and held against the profiles of the emulator."""

from __future__ import annotations

import pytest
from cardtools.common.devices import (
    DevicesError,
    UnknownDeviceError,
    devices,
    find_device,
    parse_devices,
)
from cardtools.common.terms import Trouble
from stuntcard.profile.load import load_profile

CARDS = ["proid-q", "tokenme", "eobcanka", "zzzs-pk"]
LEAST = """
schema: 1
devices:
  some-card:
    name: Some card
    qualified_area: null
    error_numbers: {no-place: 1}
    manager: {name: Some manager}
"""


@pytest.mark.parametrize("name", CARDS)
def test_every_card_has_its_device_with_the_same_name_codes_and_area(name: str) -> None:
    profile, device = load_profile(name), find_device(name)
    assert device.name == profile.name
    assert device.qualified_area is None or device.qualified_area in profile.areas
    assert device.warranty is None or set(device.warranty.factory_values) <= set(profile.codes)


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
    assert parse_devices(LEAST)["some-card"].manager.name == "Some manager"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("schema: 1", "schema: 2", "schema"),
        ("name: Some card", "name: Some card\n    colour: blue", "colour"),
        ("some-card", "Some Card", "some-card|Some Card"),
        ("name: Some card", "name: [Some, card]", "some-card.name"),
        ("qualified_area: null", "qualified_area: 1", "qualified_area"),
        ("qualified_area: null", "", "qualified_area"),
        ("no-place: 1", "no-place: many", "no-place"),
        ("no-place: 1", "no-place: 1, source: PQ-1", "error_numbers.source"),
        ("schema: 1", "schema: [", "expected"),
    ],
)
def test_a_mistake_in_the_file_is_said_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(DevicesError, match=said):
        parse_devices(LEAST.replace(old, new, 1))

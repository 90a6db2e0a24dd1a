"""What can be done with which code."""

from __future__ import annotations

import pytest
from cardtools.manager.model.acts import Act, find_code, possible_acts, why_not
from cardtools.manager.model.refusals import ExitCode, UsageError

from tests.unit.cardtools.manager.cards import card

POSSIBLE = [
    ("proid-q", "sss", {"pin": "change unblock", "puk": "change", "qpin": "change unblock"}),
    ("proid-q", "bsb", {"pin": "unblock", "puk": "change", "qpin": "unblock"}),
    ("proid-q", "bbs", {"pin": "", "puk": "", "qpin": "change"}),
    ("eobcanka", "-----", {"pin": "", "puk": "", "qpin": "", "iok": "", "dok": ""}),
    ("eobcanka", "---ss", {"pin": "", "puk": "set-first", "iok": "change unblock", "dok": "change"}),
    ("eobcanka", "-s-ss", {"pin": "set-first", "puk": "change", "qpin": "set-first"}),
    ("eobcanka", "sbsbb", {"pin": "change", "puk": "", "qpin": "change", "iok": "", "dok": ""}),
    ("zzzs-pk", "ss-s", {"pep-pin": "change unblock", "pep-puk": "", "kpep-pin": "set-first", "tpin": ""}),
    ("zzzs-pk", "bss-", {"pep-pin": "unblock", "kpep-pin": "change"}),
]


@pytest.mark.parametrize(("profile", "states", "possible"), POSSIBLE)
def test_what_can_be_done(profile: str, states: str, possible: dict[str, str]) -> None:
    status = card(profile, states)
    assert {name: " ".join(possible_acts(status, status.code(name))) for name in possible} == possible


@pytest.mark.parametrize(
    ("profile", "states", "name", "act", "key"),
    [
        ("proid-q", "bbs", "pin", Act.UNBLOCK, "by-is-blocked"),
        ("proid-q", "sbs", "puk", Act.UNBLOCK, "nothing-unblocks"),
        ("eobcanka", "-----", "iok", Act.SET_FIRST, "by-is-not-set-office"),
        ("eobcanka", "-----", "dok", Act.SET_FIRST, "set-at-office"),
        ("eobcanka", "-----", "puk", Act.SET_FIRST, "by-is-not-set-office"),
        ("eobcanka", "---ss", "pin", Act.SET_FIRST, "by-is-not-set"),
        ("eobcanka", "---bb", "dok", Act.UNBLOCK, "unblocked-at-office"),
        ("eobcanka", "---bb", "iok", Act.UNBLOCK, "by-is-blocked-office"),
        ("eobcanka", "sbsss", "puk", Act.UNBLOCK, "nothing-unblocks"),
        ("zzzs-pk", "sss-", "kpep-pin", Act.UNBLOCK, "nothing-unblocks"),
        ("zzzs-pk", "sss-", "kpep-pin", Act.SET_FIRST, "set-already"),
        ("zzzs-pk", "ss-s", "tpin", Act.CHANGE, "not-changeable"),
        ("zzzs-pk", "ss--", "kpep-pin", Act.SET_FIRST, "by-is-not-set"),
    ],
)
def test_why_something_can_not_be_done(profile: str, states: str, name: str, act: Act, key: str) -> None:
    status = card(profile, states)
    reason = why_not(status, status.code(name), act)
    assert reason is not None
    assert reason.key == key


def test_nothing_can_be_done_with_a_lost_part_or_a_dead_card() -> None:
    lost = card("zzzs-pk", "ss-s", lost="kpep")
    assert possible_acts(lost, lost.code("kpep-pin")) == ()
    assert possible_acts(lost, lost.code("pep-pin")) == (Act.CHANGE, Act.UNBLOCK)
    dead = card("proid-q", "bbb", dead=True)
    assert possible_acts(dead, dead.code("pin")) == ()


def test_codes_are_found_by_id_and_by_name_in_any_case() -> None:
    status = card("proid-q", "sss")
    assert find_code(status, "QPIN") is find_code(status, "qpin") is status.code("qpin")
    with pytest.raises(UsageError) as caught:
        find_code(status, "tpin")
    assert caught.value.exit_code == ExitCode.USAGE
    assert caught.value.values["known"] == "pin, puk, qpin"

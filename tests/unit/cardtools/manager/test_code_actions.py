"""What can be done with which code."""

from __future__ import annotations

import pytest
from cardtools.common.exit_codes import ExitCode
from cardtools.manager.model.code_actions import CodeAction, find_code, possible_actions, why_not
from cardtools.manager.model.refusals import UsageError

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
    assert {name: " ".join(possible_actions(status, status.code(name))) for name in possible} == possible


@pytest.mark.parametrize(
    ("profile", "states", "name", "action", "key"),
    [
        ("proid-q", "bbs", "pin", CodeAction.UNBLOCK, "by-is-blocked"),
        ("proid-q", "sbs", "puk", CodeAction.UNBLOCK, "nothing-unblocks"),
        ("eobcanka", "-----", "iok", CodeAction.SET_FIRST, "by-is-not-set-office"),
        ("eobcanka", "-----", "dok", CodeAction.SET_FIRST, "set-at-office"),
        ("eobcanka", "-----", "puk", CodeAction.SET_FIRST, "by-is-not-set-office"),
        ("eobcanka", "---ss", "pin", CodeAction.SET_FIRST, "by-is-not-set"),
        ("eobcanka", "---bb", "dok", CodeAction.UNBLOCK, "unblocked-at-office"),
        ("eobcanka", "---bb", "iok", CodeAction.UNBLOCK, "by-is-blocked-office"),
        ("eobcanka", "sbsss", "puk", CodeAction.UNBLOCK, "nothing-unblocks"),
        ("zzzs-pk", "sss-", "kpep-pin", CodeAction.UNBLOCK, "nothing-unblocks"),
        ("zzzs-pk", "sss-", "kpep-pin", CodeAction.SET_FIRST, "set-already"),
        ("zzzs-pk", "ss-s", "tpin", CodeAction.CHANGE, "not-changeable"),
        ("zzzs-pk", "ss--", "kpep-pin", CodeAction.SET_FIRST, "by-is-not-set"),
    ],
)
def test_why_something_can_not_be_done(profile: str, states: str, name: str, action: CodeAction, key: str) -> None:
    status = card(profile, states)
    reason = why_not(status, status.code(name), action)
    assert reason is not None
    assert reason.key == key


def test_nothing_can_be_done_with_a_lost_part_or_a_dead_card() -> None:
    lost = card("zzzs-pk", "ss-s", lost="kpep")
    assert possible_actions(lost, lost.code("kpep-pin")) == ()
    assert possible_actions(lost, lost.code("pep-pin")) == (CodeAction.CHANGE, CodeAction.UNBLOCK)
    dead = card("proid-q", "bbb", dead=True)
    assert possible_actions(dead, dead.code("pin")) == ()


def test_codes_are_found_by_id_and_by_name_in_any_case() -> None:
    status = card("proid-q", "sss")
    assert find_code(status, "QPIN") is find_code(status, "qpin") is status.code("qpin")
    with pytest.raises(UsageError) as caught:
        find_code(status, "tpin")
    assert caught.value.exit_code == ExitCode.BAD_INPUT
    assert caught.value.values["known"] == "pin, puk, qpin"

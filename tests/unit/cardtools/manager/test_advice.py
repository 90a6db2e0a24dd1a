"""What a wrong or a blocked code leads to."""

from __future__ import annotations

import pytest
from cardtools.manager.model.advice import advice

from tests.unit.cardtools.manager.cards import card


@pytest.mark.parametrize(
    ("profile", "states", "name", "blocked", "keys"),
    [
        ("proid-q", "sss", "pin", False, ["at-none-unblock"]),
        ("proid-q", "ssb", "pin", False, ["at-none-unblock", "at-none-destroys"]),
        ("proid-q", "sbs", "pin", False, ["at-none-for-good", "at-none-destroys"]),
        ("proid-q", "bbs", "qpin", False, ["at-none-destroys-now"]),
        ("proid-q", "bbs", "qpin", True, ["way-destroyed"]),
        ("proid-q", "bss", "pin", True, ["way-unblock"]),
        ("proid-q", "bbs", "pin", True, ["way-none", "at-none-destroys"]),
        ("eobcanka", "sssss", "puk", False, ["at-none-for-good"]),
        ("eobcanka", "sssss", "dok", False, ["at-none-office", "at-none-blocks-too"]),
        ("eobcanka", "sssbs", "iok", True, ["way-unblock"]),
        ("eobcanka", "sssbb", "dok", True, ["way-office"]),
        ("eobcanka", "sssbb", "iok", True, ["way-office"]),
        ("zzzs-pk", "ss-s", "tpin", False, ["at-none-part-lost"]),
        ("zzzs-pk", "bbss", "pep-puk", True, ["way-part-lost"]),
    ],
)
def test_advice(profile: str, states: str, name: str, blocked: bool, keys: list[str]) -> None:
    status = card(profile, states)
    assert [sentence.key for sentence in advice(status, status.code(name), blocked=blocked)] == keys

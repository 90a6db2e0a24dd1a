"""What a test of somebody's program tells of its cards: when it fails, and when a fault never struck."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from stuntcard.control.errors import ControlError
from stuntcard.testing import FaultNeverStruckWarning, Stuntcard

FAILING = """
def test_it(stuntcard):
    card = stuntcard("proid-q", faults=["ins=2A act=tear"])
    card.set("pin=1")
    assert card.state.codes.pin.tries_left == 3
"""


def test_a_state_is_set_and_a_card_speaks_of_itself() -> None:
    with Stuntcard() as cards:
        card = cards("proid-q")
        card.set("pin=blocked", "puk=2")
        assert (card.state.codes.pin.state, card.state.codes.puk.tries_left) == ("blocked", 2)
        assert repr(card) == "<proid-q: ProID+Q>"
        assert card.report.splitlines()[0] == (
            "proid-q: ProID+Q, operational: PIN blocked (0 left), PUK set (2 left), QPIN set (3 left)"
        )
        with pytest.raises(ControlError, match="nothing was changed"):
            card.set("puk=5", "card=whole", "pin=not_set")


def test_a_fault_that_never_struck_is_warned_of() -> None:
    never = "proid-q: fault 1 never struck: ins=2A act=tear"
    with pytest.warns(FaultNeverStruckWarning, match=never), Stuntcard() as cards:
        assert cards("proid-q", faults=["ins=2A act=tear"]).faults[0].matched == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Stuntcard() as cards:
            card = cards("proid-q", faults=["ins=2A act=tear"])
            card.clear_faults()


def test_a_test_that_fails_shows_its_cards(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FAILING, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "stuntcard.pytest_plugin", "--junitxml=junit.xml", "test_it.py"],
        cwd=tmp_path, env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "proid-q: ProID+Q, operational: PIN set (1 left), PUK set (5 left), QPIN set (3 left)" in done.stdout
    assert "fault 1 never struck: ins=2A act=tear when=before (no command was such)" in done.stdout
    assert '<property name="stuntcard" value="proid-q: ProID+Q' in (tmp_path / "junit.xml").read_text(encoding="utf-8")

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
from stuntcard.trace.events import EventKind
from stuntcard.trace.read import read_trace

SELECT, VERIFY = "00A404000CF276A288BCFBA69D34F31001", "0020000110" + b"my secret".ljust(16, b"\0").hex().upper()
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
        standing = "proid-q: ProID+Q, operational: PIN blocked (0 left), PUK set (2 left), QPIN set (3 left)"
        assert repr(card) == f"<{standing}>"
        first, *_, last = card.report.splitlines()
        assert first == standing
        assert last == "  No program has spoken to this card; was it given the card's reader_env?"
        assert repr(card.state.areas).startswith("{'cc': AreaView(name=")
        with pytest.raises(ControlError, match="nothing was changed"):
            card.set("puk=5", "card=whole", "pin=not_set")


def test_what_a_scenario_expects_and_did_not_come_is_in_the_report() -> None:
    with Stuntcard() as cards:
        card = cards("proid-q", scenario="imported-key")
        unmet = [one for one in card.outcomes if not one.met]
        assert unmet
        assert [line for line in card.report.splitlines() if "NOT MET" in line] == [
            f"  NOT MET: {one.expected}; found: {one.found}" for one in unmet
        ]


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


def test_a_session_is_written_to_a_file_without_its_codes(tmp_path: Path) -> None:
    with Stuntcard() as cards:
        card = cards("proid-q", scenario="pin-last-try")
        subprocess.run(
            ["opensc-tool", "--send-apdu", SELECT, "--send-apdu", VERIFY], env={**os.environ, **card.reader_env},
            check=True, timeout=60, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        assert repr(card.trace[-1]) == "<VERIFY -> 63C0>"
        assert card.state.codes.pin.tries_left == 0
        assert "  VERIFY PIN: wrong, 0 tries left" in card.report.splitlines()
        assert VERIFY[10:18] not in card.report
        assert "6D79" not in card.report
        file = card.trace(tmp_path / "session.trace")
    trace = read_trace(file)
    assert (trace.header.card, trace.header.masked, trace.header.codes[1]) == ("proid-q", True, "PIN")
    last = [event for event in trace.events if event.kind is EventKind.COMMAND][-1]
    assert (last.command, last.answer) == ("0020000110" + "**" * 16, "63C0")
    assert VERIFY[10:] not in file.read_text("utf-8")
    assert file.stat().st_mode & 0o777 == 0o600


TRACED = """
import os, subprocess, sys
def test_it(stuntcard):
    card = stuntcard("tokenme")
    subprocess.run(["opensc-tool", "--name"], env={**os.environ, **card.reader_env}, check=True)
def test_nothing_is_sent(stuntcard):
    stuntcard("tokenme")
"""


def test_what_each_test_said_is_in_a_folder_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TRACED, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "stuntcard.pytest_plugin", "--stuntcard-traces=said", "test_it.py"],
        cwd=tmp_path, env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, check=True, timeout=60,
    )  # fmt: skip
    assert [file.name for file in (tmp_path / "said").iterdir()] == ["test_it.py--test_it-tokenme.trace"]


def test_a_fixture_of_the_same_name_that_gives_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest, stuntcard.testing\n@pytest.fixture\ndef stuntcard():\n    return 1\n"
        "def test_it(stuntcard):\n    assert stuntcard == 2\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "stuntcard.pytest_plugin", "test_it.py"],
        cwd=tmp_path, env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "1 failed" in done.stdout
    assert done.returncode == 1

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from stuntcard.store import library

from tests.unit.card.cards import PIN
from tests.unit.cli.command_line import COMMAND, ROOT, done, json_of, refused, stuntcard
from tests.unit.store.cards import client_of


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Each test has stored cards of its own."""
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def spend_a_try(name: str = "mine") -> None:
    with library.open_card(name) as file:
        client_of(file).verify(PIN, "wrong value")


def tries_left(name: str = "mine") -> int:
    left: int = json_of("card", "show", name)["codes"]["pin"]["tries_left"]
    return left


@pytest.fixture
def mine() -> str:
    done("card", "new", "mine", "proid-q")
    return "mine"


@pytest.mark.parametrize(("answer", "status", "left"), [(b"n\n", 1, 2), (b"\n", 1, 2), (b"y\n", 0, 3)])
def test_at_a_terminal_one_is_asked(mine: str, answer: bytes, status: int, left: int) -> None:
    spend_a_try()
    keyboard, terminal = pty.openpty()
    with os.fdopen(keyboard, "wb"), os.fdopen(terminal, "rb"):
        os.write(keyboard, answer)
        program = stuntcard("card", "reset", mine, stdin=terminal)
    assert "Make mine as it left the factory, and lose its keys, files and codes? [y/N]" in program.stdout
    assert (program.returncode, tries_left()) == (status, left)


# A stored card in a reader


SPEND = """
from smartcard.System import readers
connection = readers()[0].createConnection()
connection.connect()
connection.transmit(list(bytes.fromhex("00A404000CF276A288BCFBA69D34F31001")))
print(bytes(connection.transmit(list(bytes.fromhex("002000010431313131")))[1:]).hex())
"""


def test_exec_with_a_stored_card_goes_on_where_the_last_one_ended(mine: str) -> None:
    answers = [stuntcard("exec", f"card:{mine}", "--", sys.executable, "-c", SPEND).stdout for _ in range(4)]
    assert answers == ["63c2\n", "63c1\n", "63c0\n", "6983\n"]
    assert json_of("card", "show", mine)["codes"]["pin"]["state"] == "blocked"


def test_run_has_the_card_for_itself_and_a_kill_frees_it(mine: str) -> None:
    runner = subprocess.Popen([*COMMAND, "run", f"card:{mine}"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert runner.stdout is not None
        assert runner.stdout.readline().startswith("ProID+Q is in the reader")
        second = stuntcard("exec", f"card:{mine}", "--", "true")
        assert second.returncode == 69
        assert second.stderr.startswith("card 'mine' is in use by `")
        assert f"`stuntcard run` (process {runner.pid}, since " in second.stderr
        assert f"in use by stuntcard run (process {runner.pid})" in done("card", "list")
        assert json_of("card", "show", mine)["in_use_by"]["pid"] == runner.pid
        assert "is in use by" in refused("card", "reset", mine, "--yes", status=69)
    finally:
        runner.send_signal(signal.SIGKILL)
        runner.communicate()
    assert stuntcard("exec", f"card:{mine}", "--", "true").returncode == 0

"""`cardmanager` at a reader with a PIN pad: codes are typed there, and the program never has one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.opensc import SOCKET_VARIABLE, shared_folder
from tests.clients.stuntcard_command import PATIENCE, StuntcardCommand

pytestmark = pytest.mark.own_module

PIN, PUK, NEW, WRONG = "12345678", "87654321", "24681357", "11111111"


@pytest.fixture
def folder() -> Iterator[Path]:
    with shared_folder() as folder:
        yield folder


def managed(folder: Path, typed: tuple[str, ...], *commands: tuple[str, ...]) -> list[subprocess.CompletedProcess[str]]:
    """Runs commands of the card manager while this is typed on the reader's keys, and nothing anywhere else."""
    keys = folder / "keys"
    keys.write_text("".join(f"{line}\n" for line in typed), encoding="ascii")
    keys.chmod(0o600)
    stuntcard = StuntcardCommand({**os.environ, "XDG_RUNTIME_DIR": str(folder)})
    with stuntcard.running("proid-q", "--keys", str(keys)) as (_, socket):
        return [
            subprocess.run(
                [sys.executable, "-m", "cardtools.manager", *command],
                env={**os.environ, SOCKET_VARIABLE: str(socket), "LC_ALL": "C"},
                input="",
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
            for command in commands
        ]


@pytest.mark.fact("PK-15")
def test_a_code_is_changed_at_the_pad(folder: Path) -> None:
    changed, again = managed(folder, (PIN, NEW, NEW, NEW, PIN, PIN), ("change", "PIN"), ("change", "PIN"))
    assert changed.returncode == again.returncode == 0, changed.stderr
    assert "Type on the keys of the reader: PIN as it is, and then the new PIN, twice." in changed.stderr


def test_a_wrong_code_at_the_pad_costs_a_try_and_the_last_is_warned_of(folder: Path) -> None:
    change = ("change", "PIN")
    first, second, third = managed(folder, (WRONG, NEW, NEW) * 3, change, change, change)
    assert first.returncode == second.returncode == third.returncode == 1
    assert "has one try left" not in second.stderr.splitlines()[0]
    assert "PIN has one try left" in third.stderr.splitlines()[0]
    assert "blocked" in third.stderr


def test_a_code_is_unblocked_at_the_pad(folder: Path) -> None:
    change = ("change", "PIN")
    typed = ((WRONG, NEW, NEW) * 3) + (PUK, NEW, NEW, NEW, PIN, PIN)
    *_, unblocked, changed = managed(folder, typed, change, change, change, ("unblock", "PIN"), change)
    assert unblocked.returncode == changed.returncode == 0, unblocked.stderr
    assert "Type on the keys of the reader: PUK, and then the new PIN, twice." in unblocked.stderr


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("cancel",), "was cancelled"),
        ((PIN, NEW, WRONG), "typed differently the second time"),
        ((PIN, "12"), "Too few or too many digits"),
    ],
)
def test_an_entry_that_comes_to_nothing_costs_nothing(folder: Path, typed: tuple[str, ...], told: str) -> None:
    refused, status = managed(folder, typed, ("change", "PIN"), ("show", "--json"))
    assert refused.returncode == 1
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr
    assert status.returncode == 0


def test_lines_of_a_script_are_not_asked_of_the_pad(folder: Path) -> None:
    [refused] = managed(folder, (PIN, NEW, NEW), ("change", "PIN", "--stdin"))
    assert "The input ended" in refused.stderr

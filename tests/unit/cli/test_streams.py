"""An output that takes nothing more: every command ends as its page says, and nothing is left."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.unit.cli.command_line import COMMAND, PATIENCE
from tests.unit.control.running_cards import running_card

TOLD = "what there is to say can't be written: No space left on device\n"
FULL = Path("/dev/full")

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")


def ended(*arguments: str) -> tuple[int, str]:
    """The command's status, and what it said of it."""
    with FULL.open("wb") as full:
        result = subprocess.run(
            [*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False
        )
    return result.returncode, result.stderr


def test_an_act_off_the_card_is_told_so() -> None:
    with running_card("eobcanka"):
        act = ("actor", "eobcanka", "office", "set-identification", "--dok", "1111", "--iok", "2222")
        assert ended(*act) == (74, TOLD)
        assert ended("status", "--json") == (74, TOLD)


@pytest.mark.parametrize("command", ["run proid-q", "run proid-q --detach", "serve --port 0"])
def test_what_serves_ends_with_nothing_left(command: str, runtime: Path) -> None:
    assert ended(*command.split()) == (74, TOLD)
    left = [path for path in runtime.rglob("*") if not path.is_dir() and path.suffix != ".lock"]
    assert not [path for path in left if path.is_socket()], left

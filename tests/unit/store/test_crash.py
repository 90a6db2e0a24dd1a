"""A card survives whatever happens to its emulator: nothing that was answered is lost, and no spent try comes back.

What is done to it, and how it is judged, is in crash_driver.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.store.faulty_disk import build, environment

DRIVER = Path(__file__).with_name("crash_driver.py")
MEMORY = Path("/dev/shm")
KILLS = [("time", 340), ("call", 300), ("before-commit", 180), ("after-commit", 180)]
FAILURES = [("io-error", 30), ("no-space", 20), ("file-limit", 20)]
SOAK = 10


@pytest.fixture
def home() -> Iterator[Path]:
    """In memory where that can be: a kill loses nothing of what the kernel has, and a disk would take its time."""
    with tempfile.TemporaryDirectory(prefix="stuntcard-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as path:
        yield Path(path)


def run(mode: str, rounds: int, home: Path, seed: int = 1) -> dict[str, int]:
    """So many rounds of the driver; what it counted."""
    with tempfile.TemporaryDirectory() as built:
        done = subprocess.run(
            [sys.executable, DRIVER, mode, str(rounds), str(seed)],
            env={**environment(build(Path(built))), "STUNTCARD_HOME": str(home)},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    counts: dict[str, int] = json.loads(done.stdout)
    assert counts["killed"] == counts["rounds"] == rounds
    assert counts["answers"] > rounds
    return counts


@pytest.mark.parametrize(("mode", "rounds"), KILLS)
def test_killed_at_any_moment(mode: str, rounds: int, home: Path) -> None:
    counts = run(mode, rounds, home)
    assert mode == "before-commit" or counts["ahead"] > 0, "none was killed between the commit and the answer"


@pytest.mark.parametrize(("mode", "rounds"), FAILURES)
def test_disk_that_fails(mode: str, rounds: int, home: Path) -> None:
    """The client gets 6581 and the card is what it was; when the disk works again, so does the card."""
    assert run(mode, rounds, home)["memory_failures"] > rounds


def test_power_cut_with_full_durability(home: Path) -> None:
    """The disk holds what was forced to it, and nothing else."""
    run("power-full", 40, home)


def test_power_cut_with_fast_durability(home: Path) -> None:
    """The last changes may be taken back, each of them wholly."""
    run("power-fast", 40, home)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("mode", "rounds"), KILLS)
def test_killed_ten_thousand_times(mode: str, rounds: int, home: Path) -> None:
    run(mode, SOAK * rounds, home, seed=2)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("mode", "rounds"), [*FAILURES, ("power-full", 40), ("power-fast", 40)])
def test_disk_that_fails_for_long(mode: str, rounds: int, home: Path) -> None:
    run(mode, SOAK * rounds, home, seed=2)

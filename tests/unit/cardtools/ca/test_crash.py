"""A CA that is killed in the middle of its work has lost nothing that it answered, and has nothing by half.

What is done to it, and how it is judged, is in crash_driver.py. `make soak` kills it 500 times in each way.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import pytest

from tests.programs import shown

DRIVER = Path(__file__).with_name("crash_driver.py")
MEMORY = Path("/dev/shm")
SOAK = [pytest.mark.soak, pytest.mark.timeout(3600)]


@pytest.mark.parametrize("rounds", [pytest.param(15, id="few"), pytest.param(500, marks=SOAK, id="soak")])
@pytest.mark.parametrize("mode", ["time", "statement"])
def test_killed_in_the_middle_of_an_issue(mode: str, rounds: int) -> None:
    # In memory where that can be: a kill loses nothing of what the kernel has, and a disk would take its time.
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        counts = json.loads(shown(sys.executable, DRIVER, mode, str(rounds), "1", folder, timeout=3600))
    assert counts["rounds"] == rounds
    assert counts["answered"] >= rounds

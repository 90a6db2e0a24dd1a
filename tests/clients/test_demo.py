"""`make demo`, which the README sends a newcomer to: both ways end well, from any folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.programs import run

pytestmark = [pytest.mark.own_module, pytest.mark.pcscd]

ROOT = Path(__file__).parents[2]
PATIENCE = 150


def test_the_demo_signs_in_both_ways(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = run(ROOT / "demo" / "run", cwd=tmp_path, env=environment, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Verified OK") == 4
    assert "FAILED" not in done.stdout + done.stderr

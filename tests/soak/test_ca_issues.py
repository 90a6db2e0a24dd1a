"""The CA is killed 500 times in the midst of an issue: what was answered is kept, and nothing is half done.

STUNTCARD_SOAK_CA_KILLS sets another number; `make test` does with a few.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = int(os.environ.get("STUNTCARD_SOAK_CA_KILLS", "500"))
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "kills", [20, pytest.param(KILLS, marks=[pytest.mark.soak, pytest.mark.timeout(7200)], id="soak")]
)
def test_killed_in_the_midst_of_an_issue(kills: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.ca_issues", str(kills), "1", str(tmp_path / "ca")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    print(counts)
    assert counts["killed"] == kills

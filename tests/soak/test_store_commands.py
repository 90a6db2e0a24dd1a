"""Three thousand kills in the midst of the offline work of the store: every card can be used, nothing is left over.

STUNTCARD_SOAK_STORE_KILLS sets another number; `make test` does with a few.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import pytest

from tests.programs import shown

KILLS = int(os.environ.get("STUNTCARD_SOAK_STORE_KILLS", "3000"))
ROOT = Path(__file__).parents[2]
MEMORY = Path("/dev/shm")


@pytest.mark.parametrize(
    "kills", [60, pytest.param(KILLS, marks=[pytest.mark.soak, pytest.mark.timeout(7200)], id="soak")]
)
def test_killed_in_the_midst_of_the_stores_work(kills: int) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as home:
        command = (sys.executable, "-m", "tests.soak.store_commands", str(kills), "1")
        environment = {**os.environ, "STUNTCARD_HOME": f"{home}/store"}
        counts = json.loads(shown(*command, env=environment, cwd=ROOT, timeout=7200))
    print(counts)
    assert sum(counts.values()) - counts["cleared"] >= kills

"""A card that is made while the disk is full is there whole or not at all, and whoever asked is told which."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.unit.store.faulty_disk import build, environment

DRIVER = Path(__file__).with_name("full_disk_driver.py")
MEMORY = Path("/dev/shm")


def test_a_card_made_on_a_full_disk_is_whole_or_refused(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="stuntcard-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as home:
        done = subprocess.run(
            [sys.executable, DRIVER],
            env={**environment(build(tmp_path)), "STUNTCARD_HOME": home},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    for *full, last in json.loads(done.stdout):
        assert last == {"said": "", "there": True, "whole": True}
        assert sum(bool(one["said"]) for one in full) > 10, "the disk was full at few of the changes alone"
        for one in full:
            assert one["whole"] is one["there"], "half a card is nobody's"
            assert one["there"] is not one["said"].endswith("nothing was made")

"""Files that a person names, read with a bound; and an output that takes nothing more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cardtools.common.small_files import read_small

PATIENCE = 60


def test_a_file_is_read_up_to_its_bound_and_one_more(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"12345")
    assert (read_small(tmp_path / "f", 5), read_small(tmp_path / "f", 3)) == (b"12345", b"1234")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match=r"not a file|directory"):
            read_small(path, 5)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(
    "command", [("cardtools.enrol", "--help"), ("cardtools.manager", "--help"), ("stuntcard", "list")]
)
def test_a_full_disk_is_told_without_a_traceback(command: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [sys.executable, "-m", *command], stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE
        )
    assert run.returncode == 74
    assert run.stderr.strip().endswith("No space left on device")
    assert len(run.stderr.splitlines()) == 1

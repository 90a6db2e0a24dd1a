"""What all tests of the command line share."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.command_line import COMMAND


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Each test has running cards of its own, in a path short enough for a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="sc-") as directory:
        monkeypatch.setenv("XDG_RUNTIME_DIR", directory)
        yield Path(directory)


@pytest.fixture
def running_program() -> Iterator[subprocess.Popen[str]]:
    """A card that runs, once it said where."""
    process = subprocess.Popen(
        [*COMMAND, "run", "proid-q"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()

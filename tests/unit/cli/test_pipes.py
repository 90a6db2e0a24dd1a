"""A pipe that nobody reads holds up no start: it is refused at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.cli.command_line import refused


@pytest.mark.parametrize("option", ["--trace", "--state-out"])
def test_a_pipe_that_nobody_reads(tmp_path: Path, option: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    said = refused("exec", "proid-q", option, str(tmp_path / "pipe"), "--", "true")
    assert said == (
        f"{option} {tmp_path / 'pipe'}: can't be written: it is a pipe that nobody reads; choose another place\n"
    )
    if option == "--trace":
        assert refused("run", "proid-q", option, str(tmp_path / "pipe")) == said

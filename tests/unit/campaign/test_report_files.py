"""What is given as a report and is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from stuntcard.campaign.journal import JournalError
from stuntcard.campaign.report import read_briefs


def test_a_pipe_or_a_device_is_no_report_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(JournalError, match=r"is no file"):
            read_briefs(path)
    with pytest.raises(FileNotFoundError):
        read_briefs(tmp_path / "nothing")

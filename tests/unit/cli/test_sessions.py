"""Sessions with `stuntcard`: sessions/SUBJECT.session. How they are written, `tests/transcripts.py` says."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.transcripts import Story, stories, tell
from tests.unit.cli.scene import StuntcardScene


@pytest.mark.parametrize("story", stories(Path(__file__).parent / "sessions"))
def test_a_session(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with ExitStack() as ends:
        tell(StuntcardScene(ends), story)

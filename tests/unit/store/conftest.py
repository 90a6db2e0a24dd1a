from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has stored cards of its own."""
    directory = tmp_path / "home"
    monkeypatch.setenv("STUNTCARD_HOME", str(directory))
    return directory

"""Where sockets are kept, when there is no such place."""

from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.control.directory import runtime_directory


def test_a_place_in_which_nothing_can_be_made_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "file"))
    with pytest.raises(OSError, match=r"file/stuntcard can't be made: Not a directory; set XDG_RUNTIME_DIR to") as told:
        runtime_directory()
    assert "Errno" not in str(told.value)

"""A CA's file that can't be opened now, and one that is damaged: the first is not called damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from cardtools.ca.cli import app
from cardtools.ca.errors import CaError
from cardtools.ca.store.database import Database, create
from typer.testing import CliRunner


def test_a_file_that_may_not_be_opened_is_not_told_to_be_made_anew(tmp_path: Path) -> None:
    create(tmp_path / "ca.db")
    (tmp_path / "ca.db-wal").mkdir()  # what a folder without rights does to root, too
    result = CliRunner().invoke(app, ["list", str(tmp_path), "--language", "en"])
    assert result.exit_code == 69
    assert "may be written to" in result.output
    assert "new CA" not in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("content", [b"no database" * 999, b"SQLite format 3\0" + bytes(4080)])
def test_a_file_that_is_damaged_is(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "ca.db").write_bytes(content)
    with pytest.raises(CaError) as caught:
        Database(tmp_path / "ca.db")
    assert caught.value.key in ("ca-file-unreadable", "ca-other-file")

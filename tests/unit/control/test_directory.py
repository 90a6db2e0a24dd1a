"""The private directory of running cards."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from stuntcard.control.directory import card_directory, runtime_directory


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_runtime_directory_is_the_users_alone(own_runtime_directory: Path) -> None:
    assert runtime_directory() == own_runtime_directory
    assert mode(own_runtime_directory) == 0o700
    assert runtime_directory() == own_runtime_directory


def test_without_xdg_it_lies_in_the_temporary_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert runtime_directory() == tmp_path / f"stuntcard-{os.getuid()}"


@pytest.mark.parametrize("open_to", [0o770, 0o707, 0o755])
def test_a_directory_open_to_others_is_refused(own_runtime_directory: Path, open_to: int) -> None:
    own_runtime_directory.mkdir()
    own_runtime_directory.chmod(open_to)
    with pytest.raises(PermissionError, match="is open to others; remove it, or set XDG_RUNTIME_DIR"):
        runtime_directory()


def test_a_link_to_a_directory_elsewhere_is_refused(own_runtime_directory: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    own_runtime_directory.symlink_to(elsewhere)
    with pytest.raises(PermissionError):
        runtime_directory()


def test_a_cards_directory_is_private_and_gone_afterwards(own_runtime_directory: Path) -> None:
    with card_directory("proid-q") as directory:
        assert directory.parent == own_runtime_directory
        assert directory.name.startswith("proid-q-")
        assert mode(directory) == 0o700
    assert list(own_runtime_directory.iterdir()) == []

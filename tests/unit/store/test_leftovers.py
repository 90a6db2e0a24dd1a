"""What killed programs left behind is cleared away, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from stuntcard.profile.places import home_directory
from stuntcard.store import library
from stuntcard.store.leftovers import clear_away
from stuntcard.store.lock import CardLock
from stuntcard.store.places import cards_directory, write_whole

from tests.unit.store.cards import stored_card
from tests.unit.store.workload import comparable

STORED = stored_card()


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_half_made_files_and_what_lay_beside_gone_ones_are_cleared_away() -> None:
    cards = cards_directory()
    library.add_card("mine", STORED)
    left = [
        "mine.card.new",
        "mine.card.new-wal",
        "other.card.new",
        "other.card.new-journal",
        "gone.card-wal",
        "gone.lock",
    ]
    for name in left:
        (cards / name).write_bytes(b"half")
    kept = ["mine.card", "mine.card.damaged-20260101-120000-000000", "mine.lock", "notes.txt"]
    for name in kept[1:]:
        (cards / name).touch()
    assert [path.name for path in clear_away()] == sorted(name for name in left if name != "gone.lock")
    assert names(cards) == kept
    assert comparable(library.read_card("mine").content) == comparable(STORED.content)
    assert clear_away() == ()


def test_what_is_being_made_stays() -> None:
    unfinished = cards_directory() / "mine.card.new"
    unfinished.touch()
    lock = CardLock(cards_directory() / "mine.card")
    assert clear_away() == ()
    assert unfinished.exists()
    lock.release()
    assert clear_away() == (unfinished,)
    assert names(cards_directory()) == []


def test_snapshots_too_and_the_directories_of_none() -> None:
    library.add_card("mine", STORED)
    library.save_snapshot("mine", "first")
    snapshots = home_directory() / "snapshots"
    (snapshots / "mine" / "second.card.new").touch()
    (snapshots / "mine" / "second.lock").touch()
    (snapshots / "gone").mkdir()
    assert [path.name for path in clear_away()] == ["second.card.new"]
    assert names(snapshots) == ["mine"]
    assert names(snapshots / "mine") == ["first.card"]


def test_a_file_is_written_whole_and_only_where_none_is(tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    write_whole(file, b"content")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"content", 0o600)
    with pytest.raises(FileExistsError):
        write_whole(file, b"other")
    assert names(tmp_path) == ["card.json"]


def test_where_there_are_no_files_without_a_name_it_is_written_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_TMPFILE")
    test_a_file_is_written_whole_and_only_where_none_is(tmp_path)

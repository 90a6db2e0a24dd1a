from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.profile.places import home_directory
from stuntcard.store.errors import StoreError
from stuntcard.store.places import card_path, cards_directory, checked_name, snapshot_path


def test_cards_lie_in_the_users_data_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("STUNTCARD_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert home_directory() == tmp_path / "stuntcard"


def test_or_where_stuntcard_home_says(home: Path) -> None:
    assert card_path("mine") == home / "cards" / "mine.card"
    assert snapshot_path("mine", "first") == home / "snapshots" / "mine" / "first.card"


def test_directories_are_private(home: Path) -> None:
    cards_directory()
    assert [path.stat().st_mode & 0o777 for path in (home, home / "cards")] == [0o700, 0o700]


def test_a_directory_that_is_open_to_others_is_refused_with_what_to_do(home: Path) -> None:
    cards_directory().chmod(0o750)
    with pytest.raises(StoreError, match=f"open to others.*chmod 700 {home}/cards"):
        cards_directory()


def test_a_link_is_refused(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (home / "cards").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="open to others"):
        cards_directory()


def test_a_directory_that_can_not_be_made_is_told(home: Path) -> None:
    home.write_text("a file")
    with pytest.raises(StoreError, match=r"cards can't be kept there: .*set STUNTCARD_HOME"):
        cards_directory()


@pytest.mark.parametrize("name", ["a", "mine", "PIN-blocked_2", "0", "x" * 64])
def test_names(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc/passwd", "-x", "_x", "a b", "a.card", "č", "x" * 65, "a\n", "a\0b"]
)
def test_what_can_not_be_a_name_is_refused_everywhere(name: str) -> None:
    for path_of in (checked_name, card_path, lambda snapshot: snapshot_path("mine", snapshot)):
        with pytest.raises(StoreError, match="can't be a name here; take 1 to 64 letters"):
            path_of(name)

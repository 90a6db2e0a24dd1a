"""Profiles of one's own are found by their ids, as those that come with Stuntcard are."""

from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.profile.load import (
    ProfileError,
    load_profile,
    profile_names,
    profile_path,
    profiles_found,
    shipped_names,
)
from stuntcard.profile.places import shipped_directory

TEXT = (shipped_directory() / "tokenme.yaml").read_text("utf-8")


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The second directory of the search path; the first is not there."""
    monkeypatch.setenv("STUNTCARD_PROFILES", f"{tmp_path / 'none'}:{tmp_path / 'own'}")
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path / "home"))
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


def put(file: Path, id_: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(TEXT.replace("id: tokenme", f"id: {id_}"), "utf-8")


def test_the_search_path_is_looked_through_in_its_order_and_then_the_home(own: Path, tmp_path: Path) -> None:
    put(own / "mine.yaml", "mine")
    put(tmp_path / "home" / "profiles" / "mine.yaml", "mine")
    put(tmp_path / "home" / "profiles" / "yours.yaml", "yours")
    assert profile_path("mine") == own / "mine.yaml"
    assert load_profile("yours").id == "yours"
    assert profile_names() == tuple(sorted((*shipped_names(), "mine", "yours")))


def test_an_id_of_stuntcards_own_always_means_that(own: Path) -> None:
    put(own / "proid-q.yaml", "proid-q")
    assert profile_path("proid-q") == shipped_directory() / "proid-q.yaml"
    assert load_profile(str(own / "proid-q.yaml")).name == "TokenME"


def test_a_file_that_is_called_otherwise_than_its_id_is_told_of(own: Path) -> None:
    put(own / "mine.yaml", "other")
    with pytest.raises(ProfileError, match=r"mine\.yaml:4:1: id: 'other' is not found by its id in a file called mine"):
        load_profile("mine")
    assert load_profile(str(own / "mine.yaml")).id == "other"
    assert profiles_found()[1] == ("mine",)
    assert [profile.id for profile in profiles_found()[0]] == list(shipped_names())


def test_what_is_not_there_is_told_with_what_is(own: Path) -> None:
    put(own / "mine.yaml", "mine")
    with pytest.raises(FileNotFoundError, match=r"no profile 'yours'; there are: blank, eobcanka, mine, proid-q"):
        load_profile("yours")

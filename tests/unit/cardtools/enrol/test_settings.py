"""The client's settings, and the private files that hold them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cardtools.common.messages import Language
from cardtools.enrol.errors import BadInputError, UnavailableError
from cardtools.enrol.files.private_files import write_private
from cardtools.enrol.files.settings import (
    DEFAULT_CA,
    FILE,
    Settings,
    change_setting,
    home,
    read_settings,
    setting_names,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings()
    assert (Settings().ca_url, Settings().language, Settings().pki_manager_version) == (DEFAULT_CA, None, None)


def test_what_is_set_stays_and_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    change_setting(folder, "ca-url", "https://ca.example.com/")
    change_setting(folder, "language", "sl")
    change_setting(folder, "pki-manager-version", "1.4.10.0")
    settings = read_settings(folder)
    assert settings.ca_url == "https://ca.example.com"
    assert (settings.language, settings.pki_manager_version) == (Language.SLOVENIAN, "1.4.10.0")
    assert (mode(folder), mode(folder / FILE)) == (0o700, 0o600)
    assert [path.name for path in folder.iterdir()] == [FILE]
    assert change_setting(folder, "language", "").language is None


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("colour", "red", "setting-unknown"),
        ("ca-url", "ftp://ca.example.com", "setting-wrong-ca-url"),
        ("ca-url", "ca.example.com", "setting-wrong-ca-url"),
        ("ca-url", "http://", "setting-wrong-ca-url"),
        ("ca-url", "http://jana:secret@ca.example.com", "setting-wrong-ca-url"),
        ("ca-url", "http://ca.example.com:no", "setting-wrong-ca-url"),
        ("ca-patience", "0", "setting-wrong-ca-patience"),
        ("ca-patience", "for ever", "setting-wrong-ca-patience"),
        ("language", "de", "setting-wrong-language"),
        ("pki-manager-version", "new", "setting-wrong-pki-manager-version"),
        ("pki-manager-version", "1..2", "setting-wrong-pki-manager-version"),
    ],
)
def test_what_can_not_be_is_refused_and_changes_nothing(tmp_path: Path, name: str, value: str, key: str) -> None:
    change_setting(tmp_path, "language", "cs")
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(BadInputError) as caught:
        change_setting(tmp_path, name, value)
    assert caught.value.key == key
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("content", "key", "reason"),
    [
        (b"language: de", "settings-unreadable", "language"),
        (b"colour: red", "settings-unreadable", "colour"),
        (b"ca-patience: 1\nca-url: x", "settings-unreadable", "ca-url"),
        (b"- a list", "settings-unreadable", "YAML"),
        (b"language: cs\nlanguage: [", "settings-unreadable", "YAML 2:12"),
        (b"\xff\xfe", "file-unreadable", None),
        (b" " * 70_000, "file-too-large", None),
    ],
)
def test_a_file_that_says_something_else_is_named(tmp_path: Path, content: bytes, key: str, reason: str | None) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(BadInputError) as caught:
        read_settings(tmp_path)
    assert caught.value.key == key
    assert caught.value.values["file"] == str(tmp_path / FILE)
    assert reason in (None, caught.value.values.get("reason"))


def test_a_folder_that_can_not_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInputError) as caught:
        change_setting(tmp_path / "file" / "folder", "language", "cs")
    assert caught.value.key == "file-unreadable"
    with pytest.raises(UnavailableError) as unwritable:
        write_private(tmp_path / "file" / "text", "")
    assert unwritable.value.key == "file-unwritable"


def test_the_folder_is_the_users_own_unless_another_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ENROL_HOME", str(tmp_path))
    assert home() == tmp_path
    monkeypatch.delenv("ENROL_HOME")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert home() == tmp_path / "state" / "stuntcard-enrol"


def test_names_are_those_that_people_write() -> None:
    assert setting_names() == ["ca-url", "ca-patience", "language", "pki-manager-version"]


@pytest.mark.parametrize(
    "text", ["ca-patience: 2026-13-45", '!!int ""', "a: !!timestamp x", "a: !!bool x", "[" * 3000, "a\0"]
)
def test_settings_over_which_yaml_stumbles_are_refused_in_words(text: str, tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError):
        read_settings(tmp_path)

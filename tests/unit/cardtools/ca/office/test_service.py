"""A CA's folder: made, opened, private."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cardtools.ca.errors import CaError
from cardtools.ca.office import service
from cardtools.ca.settings import Settings

from tests.unit.cardtools.ca.cards import Issuer
from tests.unit.cardtools.ca.running_ca import settings_for


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "ca"
    service.create(folder)
    assert _mode(folder) == _mode(folder / "keys") == 0o700
    assert _mode(folder / "ca.db") == 0o600
    keys = sorted(path.name for path in (folder / "keys").iterdir())
    assert keys == [
        "public-ocsp.pem", "public.pem", "qualified-ocsp.pem", "qualified.pem", "root.pem", "time-stamping.pem",
    ]  # fmt: skip
    assert {_mode(path) for path in (folder / "keys").iterdir()} == {0o600}
    assert service.last_url(folder) is None


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(CaError, match="not empty"):
        service.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CaError, match="can't be made"):
        service.create(tmp_path / "file")


def test_there_is_no_ca(tmp_path: Path) -> None:
    with pytest.raises(CaError, match="cardtools-ca init"):
        service.open_service(Settings(folder=tmp_path, url="http://127.0.0.1:1"))


@pytest.mark.parametrize("content", [b"", b"no database" * 100])
def test_a_damaged_database(tmp_path: Path, content: bytes) -> None:
    settings = settings_for(tmp_path, Issuer())
    (settings.folder / "ca.db").write_bytes(content)
    with pytest.raises(CaError, match="new CA in another folder"):
        service.open_service(settings)


@pytest.mark.parametrize(("name", "content"), [("root.pem", None), ("root.pem", b"no key"), ("qualified.pem", b"")])
def test_a_damaged_key(tmp_path: Path, name: str, content: bytes | None) -> None:
    settings = settings_for(tmp_path, Issuer())
    key = settings.folder / "keys" / name
    key.unlink()
    if content is not None:
        key.write_bytes(content)
    with pytest.raises(CaError, match=rf"{name} can't be read"):
        service.open_service(settings)


def test_issuers_of_cards_that_cant_be_read(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, Issuer())
    for wrong in (tmp_path / "nothing", settings.folder / "ca.db"):
        with pytest.raises(CaError, match="issuers of cards"):
            service.open_service(replace(settings, attestation_issuers=wrong))


def test_the_cards_with_a_qualified_area_are_known() -> None:
    areas = Settings(folder=Path(), url="").qualified_areas
    assert areas["proid-q"] == "cc"
    assert areas["tokenme"] == "general"
    assert "zzzs-pk" not in areas

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from stuntcard.profile.load import shipped_names
from stuntcard.store import library
from stuntcard.store.database import StoredCard
from stuntcard.store.errors import StoreError
from stuntcard.store.portable import VERSION, export_card, import_card

from tests.unit.applets.myeid_client import AES, DES, MyEidClient
from tests.unit.store.cards import client_of, live_a_little, stored_card
from tests.unit.store.workload import comparable

FIXTURES = Path(__file__).parents[2] / "fixtures" / "store"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> StoredCard:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUNTCARD_HOME", str(tmp_path_factory.mktemp("lived")))
        library.add_card("mine", stored_card())
        with library.open_card("mine") as file:
            live_a_little(client_of(file))
        return library.read_card("mine")


def exported(stored: StoredCard, file: Path) -> dict[str, Any]:
    export_card(stored, file)
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return data


@pytest.mark.parametrize("profile", shipped_names())
def test_a_card_from_the_factory_comes_back_as_it_was(profile: str, tmp_path: Path) -> None:
    stored = stored_card(profile)
    export_card(stored, tmp_path / "card.json")
    back = import_card(tmp_path / "card.json")
    assert comparable(back.content) == comparable(stored.content)
    assert replace(back, content=stored.content) == stored


def test_a_card_that_has_lived_comes_back_as_it_was(lived: StoredCard, tmp_path: Path) -> None:
    export_card(lived, tmp_path / "card.json")
    assert comparable(import_card(tmp_path / "card.json").content) == comparable(lived.content)


def test_values_of_any_bytes_come_back(lived: StoredCard, tmp_path: Path) -> None:
    stored = replace(lived, content=replace(lived.content, values={"pin": bytes(range(256))}))
    export_card(stored, tmp_path / "card.json")
    assert import_card(tmp_path / "card.json").content.values == {"pin": bytes(range(256))}


def test_the_file_can_be_read_by_people_and_by_its_owner_only(lived: StoredCard, tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    data = exported(lived, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert (data["format"], data["version"], data["profile"]) == ("stuntcard card", 1, "proid-q")
    assert data["codes"]["pin"] == {
        "status": "set",
        "tries_left": 3,
        "tries_limit": 3,
        "must_change": False,
        "value": "24681357",
        "renewals": 1,
    }
    assert [key["private"].splitlines()[0] for key in data["keys"]] == ["-----BEGIN PRIVATE KEY-----"] * 3


def test_a_place_that_can_not_be_written_to_is_told(lived: StoredCard, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be written: No such file or directory"):
        export_card(lived, tmp_path / "no" / "card.json")


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_there_is_a_file_of_every_version_that_was_released_and_it_can_still_be_imported(version: int) -> None:
    stored = import_card(FIXTURES / f"v{version}.json")
    assert stored.made == "2026-01-02T03:04:05+00:00"
    assert stored.content.values["pin"] == b"24681357"
    assert len(stored.content.keys) == 3
    assert stored.profile.token.serial == "5354554E54000001"


def test_the_serial_number_goes_with_the_card(tmp_path: Path) -> None:
    stored = stored_card("eobcanka", serial="5354554E54ABCDEF")
    assert exported(stored, tmp_path / "card.json")["serial"] == "5354554E54ABCDEF"
    assert import_card(tmp_path / "card.json").profile == stored.profile


# What can't be imported


def without(*names: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        for name in names:
            del data[name]

    return change


def with_(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(data: Any) -> None:
        *way, last = [int(step) if step.isdecimal() else step for step in path.split("/")]
        for step in way:
            data = data[step]
        data[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (without("codes"), "codes: is missing"),
        (without("codes", "lost", "items", "keys", "files", "made"), "and 1 more"),
        (with_("version", 2), "version: expected 1"),
        (with_("format", "something else"), "format: expected 'stuntcard card'"),
        (with_("serial", "53 54"), "'53 54' is no serial number; expected 1 to 16 bytes in hexadecimal"),
        (with_("extra", 1), "extra: is not known here"),
        (with_("profile_yaml", "schema: 1"), "profile_yaml:1:1: "),
        (with_("codes/pin/tries_left", 9), "the tries of pin are not such as its profile allows"),
        (with_("codes/pin/tries_left", -1), "codes.pin.tries_left: expected 0 at least"),
        (with_("codes/pin/value", "€"), "codes.pin.value: expected a text of characters from U+0000 to U+00FF"),
        (with_("codes/pin/value", 24681357), "codes.pin.value: this is read as a number; put it in quotes"),
        (with_("codes/pin", "24681357"), "codes.pin: expected keys with values"),
        (with_("codes/pin/renewals", -1), "codes.pin.renewals: expected 0 at least"),
        (with_("keys/0/private", "no key"), "a private key can't be read"),
        (with_("keys/0/private", "-----BEGIN PRIVATE KEY-----"), "a private key can't be read"),
        (with_("keys/0/reference", 2**31), "keys.0.reference: expected 2147483647 at most"),
        (with_("files_size", 2**80), "files_size: expected 2147483647 at most"),
        (with_("files_size", -1), "files_size: expected 0 at least"),
        (with_("items/0/size", -1), "items.0.size: expected 0 at least"),
        (with_("items/0/number", 2**63), "items.0.number: expected 2147483647 at most"),
        (with_("profile", "tokenme"), "it says that its profile is 'tokenme', and its profile_yaml is proid-q"),
        (with_("made", "\x1b[2J"), "made: expected a moment such as 2026-01-31T12:00:00+00:00"),
        (with_("keys/0/number", 9), "do not belong together"),
        (with_("files/0/content", "zz"), "files.0.content: expected bytes in hexadecimal, such as 3B7E"),
        (with_("files/0/kind", "XF"), "files.0.kind: expected 'DF', 'EF'"),
        (with_("items/0/area", "moon"), "keys in areas that its profile has not"),
    ],
)
def test_a_file_with_a_mistake_is_refused_with_the_reason(
    lived: StoredCard, tmp_path: Path, change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    file = tmp_path / "card.json"
    data = exported(lived, file)
    change(data)
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(StoreError) as refusal:
        import_card(file)
    assert str(refusal.value).startswith(f"{file} can't be imported: ")
    assert reason in str(refusal.value)
    assert "Nothing was stored; give the whole file" in str(refusal.value)
    assert "24681357" not in str(refusal.value), "a code is not repeated"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000])
def test_what_is_no_export_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    file.write_bytes(content)
    with pytest.raises(StoreError, match="can't be imported"):
        import_card(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be read: No such file"):
        import_card(tmp_path / "none.json")


@pytest.mark.timeout(20)
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "card.json")
    with pytest.raises(StoreError, match="can't be imported: the file: expected JSON"):
        import_card(tmp_path / "card.json")


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(StoreError, match="larger than any card"):
        import_card(Path("/dev/zero"))


# Cards that clients made up


def test_an_activated_card_with_secret_keys_comes_back_from_a_file_and_from_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path / "home"))
    client = MyEidClient("blank")
    client.make_code(1, "1111", "2222", "040600")
    for file, kind, value in (("4D01", AES, bytes(range(32))), ("4D02", DES, bytes(range(8))), ("4D03", 0x41, b"any")):
        assert client.create(file, kind, 8 * len(value), attributes="0008") == "9000"
        assert client.parts((0xA0, value)) == ["9000"]
    client.activate()
    stored = replace(stored_card("blank"), content=client.card.content)
    export_card(stored, tmp_path / "card.json")
    assert comparable(import_card(tmp_path / "card.json").content) == comparable(stored.content)
    library.add_card("mine", stored)
    assert comparable(library.read_card("mine").content) == comparable(stored.content)

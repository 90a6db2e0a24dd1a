"""What a key's file asks for is stored with the file alone: cards of any age are opened with it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from stuntcard.card.content import Content
from stuntcard.policy.events import Verdict
from stuntcard.policy.state import KeyRights
from stuntcard.profile.load import load_profile
from stuntcard.store import library
from stuntcard.store.portable import import_card

from tests.unit.applets.myeid_client import EC, OK, MyEidClient
from tests.unit.store.cards import stored_card

FIXTURES = Path(__file__).parents[2] / "fixtures" / "store"
CONSENT = (0x0100_1000).to_bytes(4)
"""A key file's header: 256 bits, and code 1 for each use."""
KEY_FILE, ACCESS = bytes.fromhex("3F0050154B03"), bytes.fromhex("FF90FFFFFFFFFF91")


def checked(content: Content) -> None:
    """The one key whose file wants the code of PIN anew for each use."""
    wanting = [item for item in content.state.items if item.rights != KeyRights()]
    assert [item.rights for item in wanting] == [KeyRights(consent="pin")]
    client = MyEidClient(load_profile("proid-q"), content)
    reference = content.keys[wanting[0].number].reference
    assert reference is not None
    values = {name: value.decode() for name, value in content.values.items()}
    assert client.verify(1, values["pin"]) == OK
    assert client.card.use_key(reference, lambda _: b"done") == (Verdict.DONE, b"done")
    assert client.card.use_key(reference, lambda _: b"done") == (Verdict.NOT_AUTHORISED, b"")


def test_a_card_kept_by_this_stuntcard_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path))
    library.add_card("mine", stored_card())
    with library.open_card("mine") as file:
        client = MyEidClient(file.stored.profile, file.stored.content)
        client.card._keeper = file
        assert client.verify(1, "12345678") == OK
        assert client.create("4B01", EC, 256, attributes="1000") == OK
        assert client.fetch("00460000")[1] == OK
    checked(library.read_card("mine").content)


def test_a_card_kept_by_an_earlier_stuntcard_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixture of the first form, with a key file such as MyEID's commands make."""
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path))
    path = library.add_card("old", stored_card())
    path.write_bytes((FIXTURES / "v1.card").read_bytes())
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            "INSERT INTO file (path, kind, access, content, name) VALUES (?, 'EC_KEY', ?, ?, x'')",
            (KEY_FILE, ACCESS, CONSENT),
        )
    connection.close()
    checked(library.read_card("old").content)


def test_a_card_exported_by_an_earlier_stuntcard_has_them(tmp_path: Path) -> None:
    card = json.loads((FIXTURES / "v1.json").read_text(encoding="utf-8"))
    octets = {"path": KEY_FILE.hex(), "access": ACCESS.hex(), "content": CONSENT.hex(), "name": ""}
    card["files"].append({"kind": "EC_KEY", **octets})
    (tmp_path / "card.json").write_text(json.dumps(card), encoding="utf-8")
    checked(import_card(tmp_path / "card.json").content)

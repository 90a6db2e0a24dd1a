"""Consent to each use of a key: what directories say of it, the card keeps; what the card asks for, directories say."""

from __future__ import annotations

import pytest
from stuntcard.card.files import Condition, File, FileKind, access
from stuntcard.card.key_files import Header
from stuntcard.iso7816 import tlv
from stuntcard.policy.state import KeyRights

from tests.unit.card.cards import ISOAPPLET, NOT_ALLOWED, OK, PIN, PRKDF, QPIN, Client, key_entry

FIRST_KEY_FILE = bytes.fromhex("3F0050154B01")
CONSENT = b"\x02\x01\x01"


def asking(entry: bytes, consent: bytes = CONSENT) -> bytes:
    """An entry with userConsent behind its label, flags and authId."""
    outer, _ = tlv.parse_one(entry)
    common, *others = outer.children()
    parts = [tlv.encode(0x30, common.value + consent), *(other.encode() for other in others)]
    return tlv.encode(outer.tag, b"".join(parts))


@pytest.fixture
def client() -> Client:
    """A ProID+Q whose PIN was given."""
    client = Client()
    assert client.verify(PIN) == OK
    return client


def listed(client: Client) -> bytes:
    return client.read(PRKDF).rstrip(b"\0")


def end_session(client: Client) -> None:
    """The applet selected anew, which is how clients log out."""
    client.send(ISOAPPLET)


def make_qualified_key(client: Client) -> None:
    assert client.verify(QPIN) == OK
    assert client.make_key(0) == OK
    assert client.items[-1].area == "cc"


# A guard that holds for one use


@pytest.mark.fact("PQ-03")
@pytest.mark.parametrize("says_nothing", [b"", b"\x02\x01\x00"])
def test_a_key_whose_guard_holds_once_is_told_so_however_it_was_listed(client: Client, says_nothing: bytes) -> None:
    make_qualified_key(client)
    entry = key_entry(0, b"\x20")
    client.list_keys(asking(entry, says_nothing))
    end_session(client)
    assert listed(client) == asking(entry)
    assert client.verify(QPIN) == OK
    assert [client.sign(0)[1], client.sign(0)[1]] == [OK, NOT_ALLOWED]


def test_what_was_told_already_stays_as_it_is(client: Client) -> None:
    make_qualified_key(client)
    entry = asking(key_entry(0, b"\x20"), b"\x02\x01\x02")
    client.list_keys(entry)
    end_session(client)
    assert listed(client) == entry


def test_a_key_beside_it_is_left_alone(client: Client) -> None:
    make_qualified_key(client)
    assert client.make_key(1) == OK
    ours, other, none = key_entry(0, b"\x20"), key_entry(1, b"\x21"), asking(key_entry(7, b"\x27"))
    client.list_keys(none, other, ours)
    end_session(client)
    assert listed(client) == none + other + asking(ours)
    assert [item.rights for item in client.items] == [KeyRights()] * 2


def test_where_there_is_no_room_the_card_asks_all_the_same(client: Client) -> None:
    make_qualified_key(client)
    entry = key_entry(0, b"\x20")
    fillers = [key_entry(number, bytes([number])) for number in range(1, 200)]
    full = entry + b"".join(fillers[: (2048 - len(entry)) // len(fillers[0])])
    label_left = 2048 - len(full)
    last = key_entry(200, b"\xc8", label="a key" + "y" * label_left)
    content = full[: -len(fillers[0])] + last
    assert len(content) == 2048
    client.write(PRKDF, content)
    end_session(client)
    assert client.read(PRKDF) == content
    assert client.verify(QPIN) == OK
    assert [client.sign(0)[1], client.sign(0)[1]] == [OK, NOT_ALLOWED]


# A guard that holds for longer


def test_a_key_listed_as_asking_uses_its_code_up(client: Client) -> None:
    assert client.make_key(0) == OK
    client.list_keys(asking(key_entry(0, b"\x45")))
    end_session(client)
    assert client.items[-1].rights == KeyRights(consent="pin")
    for _ in range(2):
        assert client.verify(PIN) == OK
        assert [client.sign(0)[1], client.sign(0)[1]] == [OK, NOT_ALLOWED]


def test_a_key_goes_on_asking_when_its_entry_no_longer_says_so(client: Client) -> None:
    assert client.make_key(0) == OK
    client.list_keys(asking(key_entry(0, b"\x45")))
    end_session(client)
    assert client.verify(PIN) == OK
    client.list_keys(key_entry(0, b"\x45"))
    end_session(client)
    assert client.verify(PIN) == OK
    assert [client.sign(0)[1], client.sign(0)[1]] == [OK, NOT_ALLOWED]


def test_a_key_made_anew_by_the_same_number_asks_no_more_than_it_is_told(client: Client) -> None:
    assert client.make_key(0) == OK
    client.list_keys(asking(key_entry(0, b"\x45")))
    end_session(client)
    assert client.verify(PIN) == OK
    client.list_keys()
    end_session(client)
    assert client.items == []
    assert client.verify(PIN) == OK
    assert client.make_key(0) == OK
    client.list_keys(key_entry(0, b"\x45"))
    end_session(client)
    assert client.items[-1].rights == KeyRights()
    assert client.verify(PIN) == OK
    assert [client.sign(0)[1], client.sign(0)[1]] == [OK, OK]


# What the directory says of no key that is there, or of one without a file


def test_an_entry_that_names_no_key_is_left_as_it_is(client: Client) -> None:
    make_qualified_key(client)
    nameless = tlv.encode(0x30, tlv.encode(0x30, b"") * 3)
    client.list_keys(nameless, key_entry(0, b"\x20"))
    assert client.fetch(ISOAPPLET)[1] == OK
    assert listed(client) == nameless + asking(key_entry(0, b"\x20"))


def test_a_key_without_a_file_asks_for_nothing_more(client: Client) -> None:
    client.card.create_file(File(FIRST_KEY_FILE, FileKind.EF, access(otherwise=Condition.USER), b"0"))
    assert client.make_key(1) == OK
    client.list_keys(asking(key_entry(1, b"\x45")))
    assert client.fetch(ISOAPPLET)[1] == OK
    assert [item.rights for item in client.items] == [KeyRights()]


def test_a_key_whose_file_asks_for_another_code_goes_on_to_ask_for_that(client: Client) -> None:
    asks_for_qpin = Header(256).asking(3).encode()
    client.card.create_file(File(FIRST_KEY_FILE, FileKind.EC_KEY, access(otherwise=Condition.USER), asks_for_qpin))
    assert client.make_key(1) == OK
    client.list_keys(asking(key_entry(1, b"\x45")))
    assert client.fetch(ISOAPPLET)[1] == OK
    assert client.card.files.at(FIRST_KEY_FILE).content == asks_for_qpin

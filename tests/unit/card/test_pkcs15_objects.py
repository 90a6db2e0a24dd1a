"""Entries byte for byte, and what the factory leaves on a card: listed, usable, and safe from its holder."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stuntcard.card.card import Card
from stuntcard.card.content import factory_content
from stuntcard.card.pkcs15_objects import authentication_objects, certificate, entry, path_to, private_key
from stuntcard.iso7816 import tlv
from stuntcard.policy.events import DirectoriesRead, Verdict
from stuntcard.policy.law import step
from stuntcard.policy.state import Item, Origin, factory_state
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Profile

from tests.unit.card.cards import CDF, ISOAPPLET, ODF, OK, PRKDF, Client, key_entry, new_card, unchanged

IOK, DOK = "2222", "1111"
IDENTIFICATION_KEY, PEP_KEY, KPEP_KEY = 0x10, 0x10, 0x11
NOT_ALLOWED, NO_SUCH_KEY = "6982", "6A88"


def personalised(name: str) -> tuple[Profile, Card]:
    profile = load_profile(name)
    return profile, new_card(profile)


def eobcanka_at_pick_up() -> Client:
    """An eObčanka whose DOK, IOK and PIN have been set."""
    client = Client(personalised("eobcanka")[1])
    assert client.card.act("office", "set-identification", {"dok": DOK.encode(), "iok": IOK.encode()}) is Verdict.DONE
    assert client.reset_code(2, IOK, "12345678") == OK
    assert client.reset_code(1, "12345678", "54321") == OK
    return client


# Entries


@pytest.mark.parametrize(
    ("profile", "labels"),
    [
        ("proid-q", [b"PIN", b"QPIN", b"PUK"]),
        ("eobcanka", [b"PIN", b"QPIN", b"IOK", b"PUK", b"DOK"]),  # IOK sets PUK, and guards the identification key
    ],
)
def test_codes_that_guard_something_come_before_those_that_only_unblock(profile: str, labels: list[bytes]) -> None:
    told = authentication_objects(load_profile(profile), frozenset())
    places = [told.index(bytes([0x0C, len(label)]) + label) for label in labels]
    assert places == sorted(places)


def test_the_entry_of_a_code() -> None:
    """Flags in the second BIT STRING: case-sensitive, needs padding, initialized or not; that it only unblocks."""
    proid_q, zzzs_pk = load_profile("proid-q"), load_profile("zzzs-pk")
    told = authentication_objects(proid_q, frozenset({"qpin"})).hex().upper()
    pin = (
        "302D300C0C0350494E030206C0040102" + "3003040101" + "A1183016" + "0302028C0A010202010402011002010F8001010401FF"
    )
    qpin = "302E300D0C045150494E030206C0040102" + "3003040103" + "A1183016" + "030202840A0102020105020110" + "02010F"
    puk = "302A30090C0350554B030206C0" + "3003040102" + "A1183016" + "0302018E0A010202010802011002010F8001020401FF"
    assert told == pin + qpin + "8001030401FF" + puk
    # Digits only: ascii-numeric (1) and not utf8 (2), four to four of them.
    pep_pin = "0302028C0A0101020104020110020104" + "8001010401FF"
    assert pep_pin in authentication_objects(zzzs_pk, frozenset()).hex().upper()


def test_the_entry_of_a_key_whose_guard_holds_for_the_session() -> None:
    profile = load_profile("zzzs-pk")
    entry = private_key(profile, profile.factory_keys[0], "pep", PEP_KEY, bytes.fromhex("3F005020"))
    assert (
        entry.hex().upper()
        == (
            "302E"
            "300C" + "0C03504550" + "03020780" + "040101"  # PEP, private, guarded by code 01
            "300E"
            + "040101"
            + "03020520"
            + "03020490"
            + "020110"  # identifier 01, sign, never extractable, reference 10
            "A10E" + "300C" + "300604043F005020" + "02020800"  # the DF, 2048 bits
        )
    )


def test_attributes_of_a_sub_class_stand_between_those_of_class_and_type() -> None:
    told = entry(0x30, b"\x0c\x01A", b"\x04\x01B", b"\x04\x01C", of_sub_class=b"\x04\x01D")
    assert told.hex(" ", 1).upper() == "30 14 30 03 0C 01 41 30 03 04 01 42 A0 03 04 01 44 A1 03 04 01 43"


def test_keys_on_curves_have_a_tag_of_their_own() -> None:
    eobcanka, zzzs_pk = load_profile("eobcanka"), load_profile("zzzs-pk")
    on_curve = private_key(eobcanka, eobcanka.factory_keys[0], "identification", 0x10, bytes.fromhex("3F005020"))
    rsa_key = private_key(zzzs_pk, zzzs_pk.factory_keys[0], "pep", PEP_KEY, bytes.fromhex("3F005020"))
    assert (on_curve[0], rsa_key[0]) == (0xA0, 0x30)


def test_a_guard_for_one_use_is_told_as_consent_to_each_use() -> None:
    profile = load_profile("zzzs-pk")
    entry = private_key(profile, profile.factory_keys[1], "kpep", KPEP_KEY, bytes.fromhex("3F005020")).hex().upper()
    assert "0C044B504550" + "03020780" + "040103" + "020101" in entry
    assert "040102" + "0303060040" in entry, "nonRepudiation"


def test_the_entry_of_a_certificate() -> None:
    entry = certificate("PEP", b"\x01", bytes.fromhex("3F0050204301"))
    assert entry.hex().upper() == "301A" + "30050C03504550" + "3003040101" + "A10C300A300804063F0050204301"


def test_a_path() -> None:
    assert path_to(bytes.fromhex("3F005015")).hex().upper() == "300604043F005015"


# As it leaves the factory


def test_cards_without_factory_keys_are_as_they_were() -> None:
    for name in ("proid-q", "tokenme"):
        content = factory_content(load_profile(name))
        assert content.state.items == ()
        assert bytes.fromhex("3F005020") not in content.files.files


@pytest.mark.parametrize("profile", ["eobcanka", "zzzs-pk"])
def test_there_is_one_directory_of_a_kind_within_the_application(profile: str) -> None:
    """GnuPG's scdaemon refuses any other card."""
    content = factory_content(load_profile(profile)).files.at(bytes.fromhex(ODF)).content.rstrip(b"\0")
    kinds = [entry.tag for entry in tlv.parse(content)]
    assert len(set(kinds)) == len(kinds)
    paths = [entry.value.hex().upper() for entry in tlv.parse(content)]
    assert all(path.startswith("300804063F0050154") and len(path) == 20 for path in paths)


# Safe from its holder


def test_a_key_of_ones_own_leaves_the_factorys_alone() -> None:
    client = eobcanka_at_pick_up()
    assert client.verify(1, "54321") == OK
    assert client.make_key(1) == OK
    client.list_keys(key_entry(1, b"\x01"))
    client.leave()
    assert [(item.area, item.key, item.listed) for item in client.items] == [
        ("identification", Origin.FACTORY, True),
        ("general", Origin.MADE, True),
    ]
    client.list_keys()
    client.leave()
    assert [item.area for item in client.items] == ["identification"]


def test_the_object_directory_rewritten_does_not_take_the_identification_key_away() -> None:
    client = eobcanka_at_pick_up()
    assert client.verify(1, "54321") == OK
    before = client.items
    client.write(ODF, bytes(256))
    client.leave()
    assert client.items == before
    assert client.verify(4, IOK) == OK
    assert client.sign(IDENTIFICATION_KEY)[1] == OK


@pytest.mark.parametrize("kind", [PRKDF, CDF])
def test_what_the_factory_listed_comes_back(kind: str) -> None:
    client = eobcanka_at_pick_up()
    assert client.verify(1, "54321") == OK
    before = client.read(kind)
    listed = before.rstrip(b"\0")
    own = certificate("own", b"\x01", bytes.fromhex("3F0050153401")) if kind == CDF else key_entry(1, b"\x01")
    changed = listed.replace(b"identification", b"Identification")
    assert changed != listed
    for written in (b"", own, changed, changed + own, own + changed):
        client.write(kind, written.ljust(len(before), b"\0"))
        assert client.read(kind)[: len(written)] == written, "in the session it was written in"
        client.send(ISOAPPLET)
        assert client.verify(1, "54321") == OK
        expected = listed + (own if own in written else b"")
        assert client.read(kind) == expected.ljust(len(before), b"\0")
        assert [item.key for item in client.items] == [Origin.FACTORY]


@pytest.mark.parametrize("kind", [PRKDF, CDF])
def test_a_directory_half_written_is_left_to_its_writer(kind: str) -> None:
    client = eobcanka_at_pick_up()
    assert client.verify(1, "54321") == OK
    before = client.read(kind)
    client.write(kind, b"\x30\x7f".ljust(240, b"\xff"), stop_after=1)
    client.send(ISOAPPLET)
    assert client.verify(1, "54321") == OK
    assert client.read(kind)[:2] == b"\x30\x7f"
    client.write(kind, bytes(len(before)))
    client.send(ISOAPPLET)
    assert client.verify(1, "54321") == OK
    assert client.read(kind) == before


def test_a_directory_without_room_is_as_the_client_left_it() -> None:
    client = eobcanka_at_pick_up()
    assert client.verify(1, "54321") == OK
    entries = [key_entry(reference, bytes([reference])) for reference in range(0x20, 0x60)]
    full = b"".join(entries[: 2048 // len(entries[0])]).ljust(2048, b"\0")
    client.write(PRKDF, full)
    client.send(ISOAPPLET)
    assert client.verify(1, "54321") == OK
    assert client.read(PRKDF) == full


@pytest.mark.parametrize("path", ["3F0050200001", "3F005020"])
def test_pin_neither_writes_nor_deletes_what_the_factory_wrote(path: str) -> None:
    client = eobcanka_at_pick_up()
    assert client.verify(1, "54321") == OK
    with unchanged(client):
        assert client.select(path) == OK
        assert client.send("00E40000") == NOT_ALLOWED
        if path != "3F005020":
            assert client.send("00D600000100") == NOT_ALLOWED


def test_a_key_can_not_be_made_over_a_factory_key() -> None:
    client = eobcanka_at_pick_up()
    assert client.verify(1, "54321") == OK
    assert client.make_key(IDENTIFICATION_KEY) == NO_SUCH_KEY
    assert [item.key for item in client.items] == [Origin.FACTORY]


def test_only_a_closed_area_keeps_its_keys_whatever_the_directories_say() -> None:
    profile = load_profile("eobcanka")
    closed, open_ = (
        Item(number, area, Origin.FACTORY, listed=True) for number, area in ((1, "identification"), (2, "general"))
    )
    state = replace(factory_state(profile), items=(closed, open_))
    after, _ = step(profile, state, DirectoriesRead(frozenset(), frozenset()))
    assert after.items == (closed,)

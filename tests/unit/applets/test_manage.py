from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.applets.manage import kind_of_card
from stuntcard.card.keys import generate_ec
from stuntcard.iso7816 import tlv
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import (
    ISOAPPLET,
    MANAGE,
    OK,
    PIN,
    PUK,
    QPIN,
    Client,
    certificate_entry,
    key_entry,
    logged_in,
    new_card,
    unchanged,
)

CARD, CODES, AREAS, PARTS, KEYS = 0xE0, 0xE1, 0xE2, 0xE3, 0xE4


def asked(client: Client, tag: int) -> str:
    """What the applet tells under a tag, in hexadecimal; then the IsoApplet is selected again."""
    client.send(MANAGE)
    data, sw = client.fetch(f"00CA00{tag:02X}00")
    assert sw == OK
    client.send(ISOAPPLET)
    return data.hex().upper()


def entries(client: Client, tag: int) -> list[dict[int, bytes]]:
    """The entries under a tag: values by their tags."""
    [whole] = tlv.parse(bytes.fromhex(asked(client, tag)))
    assert whole.tag == tag
    assert {item.tag for item in whole.children()} <= {0xA0}
    return [{field.tag: field.value for field in item.children()} for item in whole.children()]


def test_digits_only_and_codes_that_their_holder_can_not_change() -> None:
    codes = entries(Client(new_card(load_profile("zzzs-pk"))), CODES)
    assert [(code[0x80], code[0x8C], code[0x8D]) for code in codes] == [
        (b"pep-pin", b"\1", b"\1"),
        (b"pep-puk", b"\1", b"\0"),
        (b"kpep-pin", b"\1", b"\1"),
        (b"tpin", b"\1", b"\0"),
    ]


def test_the_kind_of_the_card_is_told_whatever_became_of_it() -> None:
    client = Client()
    kind = (
        "E881B9" + "800750726F49442B51" + "810370696E"
        + "A108" + "800370696E" + "820106" + "A105" + "800370756B" + "A109" + "80047170696E" + "820106"
        + "A20F" + "80026363" + "810370696E" + "81047170696E" + "A20E" + "800767656E6572616C" + "810370696E"
        + "A416" + "800463617264" + "810370696E" + "810370756B" + "81047170696E"
        + "A521" + "8007" + b"CC area".hex() + "8109" + b"oblast CC".hex()
        + "820B" + "območje CC".encode().hex()
        + "A531" + "800C" + b"general area".hex() + "810E" + "obecná oblast".encode().hex()
        + "8211" + "splošno območje".encode().hex()
    )  # fmt: skip
    assert asked(client, 0xE8) == kind.upper()
    client.verify(PIN, "0000")
    assert asked(client, 0xE8) == kind.upper()


@pytest.mark.fact("EO-12")
def test_the_kind_tells_what_blocks_what_who_sets_it_and_what_is_lost() -> None:
    """eObčanka: DOK blocks IOK, the office sets both and BOK in any state, and PIN, PUK and QPIN are one part."""
    kind = tlv.parse(kind_of_card(load_profile("eobcanka")))
    told = [(field.tag, [(part.tag, part.value) for part in field.children()]) for field in kind[2:]]
    assert [(field.tag, field.value) for field in kind[:2]] == [(0x80, "eOb\u010danka".encode()), (0x81, b"pin")]
    assert told == [
        (0xA1, [(0x80, b"pin"), (0x82, b"\7")]),
        (0xA1, [(0x80, b"puk"), (0x82, b"\1")]),
        (0xA1, [(0x80, b"qpin"), (0x82, b"\7")]),
        (0xA1, [(0x80, b"iok"), (0x82, b"\6"), (0x83, b"\7")]),
        (0xA1, [(0x80, b"dok"), (0x81, b"iok"), (0x83, b"\7")]),
        (0xA1, [(0x80, b"bok"), (0x83, b"\7")]),
        (0xA2, [(0x80, b"identification")]),
        (0xA2, [(0x80, b"qualified"), (0x81, b"pin"), (0x81, b"qpin")]),
        (0xA2, [(0x80, b"general"), (0x81, b"pin")]),
        (0xA3, [(0x80, b"identification"), (0x81, b"dok"), (0x81, b"iok")]),
        (0xA3, [(0x80, b"signing"), (0x81, b"puk"), (0x81, b"pin"), (0x81, b"qpin")]),
        (0xA5, _name("identification", "identifikace", "identifikacija")),
        (0xA5, _name("qualified signatures", "kvalifikované podpisy", "kvalificirani podpisi")),
        (0xA5, _name("general area", "obecná oblast", "splošno območje")),
        (0xA5, _name("signing", "podepisování", "podpisovanje")),
    ]


def _name(*texts: str) -> list[tuple[int, bytes]]:
    return [(0x80 + number, text.encode()) for number, text in enumerate(texts)]


@pytest.mark.fact("PQ-05")
def test_the_codes_as_they_leave_the_factory_all_to_be_changed() -> None:
    assert asked(Client(), CODES) == (
        "E18193"
        + "A030" + "800370696E" + "810350494E" + "820101" + "830101" + "840103" + "850103" + "860103" + "870101"
        + "880104" + "89010F" + "8A0100" + "8B0370756B" + "8C0100" + "8D0101"
        + "A02B" + "800370756B" + "810350554B" + "820102" + "830101" + "840105" + "850105" + "860105" + "870101"
        + "880108" + "89010F" + "8A0100" + "8C0100" + "8D0101"
        + "A032" + "80047170696E" + "81045150494E" + "820103" + "830101" + "840103" + "850103" + "860103" + "870101"
        + "880105" + "89010F" + "8A0101" + "8B0370756B" + "8C0100" + "8D0101"
    )  # fmt: skip


@pytest.mark.fact("PQ-05")
def test_a_code_once_changed_need_not_be_changed_any_more() -> None:
    client = Client()
    assert client.verify(PIN) == OK
    assert [code[0x87] for code in entries(client, CODES)] == [b"\1", b"\1", b"\1"]
    assert client.change(PIN, "12345678", "4711") == OK
    assert client.reset_code(QPIN, "87654321", "new qpin") == OK
    assert [code[0x87] for code in entries(client, CODES)] == [b"\0", b"\1", b"\0"]
    assert client.change(PUK, "87654321", "8765432100") == OK
    assert [code[0x87] for code in entries(client, CODES)] == [b"\0", b"\0", b"\0"]


def test_state_and_tries_left_set_and_most() -> None:
    client = Client()
    client.verify(PUK, "wrong")
    client.block(QPIN)
    shown = [tuple(code[tag][0] for tag in (0x83, 0x84, 0x85, 0x86)) for code in entries(client, CODES)]
    assert shown == [(1, 3, 3, 3), (1, 4, 5, 5), (2, 0, 3, 3)]


@pytest.mark.fact("PQ-14")
def test_keys_and_the_places_that_they_take() -> None:
    client = logged_in(PIN, QPIN)
    client.make_key(3)
    client.import_key(4, generate_ec(ec.SECP256R1()))
    client.list_keys(key_entry(4, b"\x45\x46"))
    client.list_certificates(certificate_entry(b"\x45\x46"))
    client.leave()
    assert [area[0x84] for area in entries(client, AREAS)] == [b"\1", b"\1"]
    assert entries(client, KEYS) == [
        {0x80: b"\1", 0x81: b"cc", 0x82: b"\0", 0x83: b"\0", 0x84: b"\0", 0x85: b"\3"},
        {0x80: b"\2", 0x81: b"general", 0x82: b"\1", 0x83: b"\1", 0x84: b"\1", 0x85: b"\4", 0x86: b"\x45\x46"},
    ]


def test_a_certificate_left_without_its_key() -> None:
    client = logged_in(PIN)
    client.make_key(3)
    client.list_keys(key_entry(3, b"\x45"))
    client.list_certificates(certificate_entry(b"\x45"))
    client.list_keys()
    client.leave()
    assert entries(client, KEYS) == [
        {0x80: b"\1", 0x81: b"general", 0x82: b"\xff", 0x83: b"\0", 0x84: b"\0", 0x86: b"\x45"}
    ]


def test_as_many_keys_as_a_card_takes_all_with_a_reference_of_one_byte() -> None:
    client = logged_in(PIN)
    for _ in range(64):
        assert client.make_key(3, "secp192r1") == OK
    assert client.make_key(3, "secp192r1") == "6A84"
    assert entries(client, AREAS)[1][0x84] == bytes([64])
    keys = entries(client, KEYS)
    assert len({key[0x85] for key in keys}) == 64
    assert {len(key[0x85]) for key in keys} == {1}


def test_it_changes_nothing() -> None:
    client = Client()
    client.verify(PIN, "wrong")
    client.leave()
    with unchanged(client):
        [asked(client, tag) for tag in (CARD, CODES, AREAS, PARTS, KEYS)]

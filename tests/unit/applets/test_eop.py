"""The public commands of eObčanka, byte for byte. All of a card's answers are given in full."""

from __future__ import annotations

import pytest
from stuntcard.card.card import Card
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import Client, new_card

MANAGEMENT = "00A4040C09D20310010001000202"
FILES = "00A4040C0AD2031001000103020100"
OK = "9000"


def send(card: Card, command: str) -> str:
    return card.transmit(bytes.fromhex(command)).hex().upper()


@pytest.fixture
def card() -> Card:
    """As handed over, card management selected."""
    card = new_card(load_profile("eobcanka"))
    assert send(card, MANAGEMENT) == OK
    return card


# Choosing an application


def test_the_other_cards_do_not_have_them() -> None:
    for name in ("proid-q", "tokenme", "zzzs-pk"):
        assert send(new_card(load_profile(name)), MANAGEMENT) == "6A82"


def test_a_card_that_was_made_out_to_nobody_has_no_number_and_no_certificates() -> None:
    card = new_card(load_profile("eobcanka").model_copy(update={"personalisation": None}))
    assert [send(card, MANAGEMENT), send(card, "80CA010100")] == [OK, "6A88"]
    assert [send(card, FILES), send(card, "00A40800020001")] == [OK, "6A82"]


def test_where_secure_messaging_is_wanted_no_code_is_set_without_it() -> None:
    eobcanka = load_profile("eobcanka")
    assert eobcanka.eop is not None
    strict = eobcanka.model_copy(update={"eop": eobcanka.eop.model_copy(update={"plain_code_changes": False})})
    card = new_card(strict)
    card.act("office", "set-identification", {"dok": b"11111111", "iok": b"2222"})
    change_iok = "0024001114" + b"2222".hex().ljust(20, "F") + b"3333".hex().ljust(20, "F")
    assert [send(card, MANAGEMENT), send(card, change_iok)] == [OK, "6982"]
    assert card.content.values["iok"] == b"2222"


# Files


def certificate(card: Card, identifier: str) -> bytes:
    return card.files.at(bytes.fromhex("3F005020" + identifier)).content


@pytest.mark.parametrize("identifier", ["0001", "0132"])
def test_a_file_is_announced_with_its_size_in_the_fifth_and_sixth_bytes(card: Card, identifier: str) -> None:
    assert send(card, FILES) == OK
    answer = send(card, f"00A4080002{identifier}")
    assert answer[:2] == "61"
    information = bytes.fromhex(send(card, f"00C00000{answer[2:]}"))
    assert information[-2:] == b"\x90\x00"
    assert information[0] == 0x6F
    assert int.from_bytes(information[4:6]) == len(certificate(card, identifier))


@pytest.mark.parametrize("identifier", ["0001", "0132"])
def test_a_file_is_read_in_blocks_of_d0(card: Card, identifier: str) -> None:
    send(card, FILES)
    send(card, f"00A4080002{identifier}")
    expected, content = certificate(card, identifier), b""
    while len(content) < len(expected):
        length = min(0xD0, len(expected) - len(content))
        answer = bytes.fromhex(send(card, f"00B0{len(content):04X}{length:02X}"))
        assert answer[-2:] == b"\x90\x00"
        assert len(answer) == length + 2
        content += answer[:-2]
    assert content == expected
    assert content[0] == 0x30
    assert send(card, f"00B0{len(content):04X}01") == "6B00"


def test_a_length_that_is_not_there_is_answered_with_the_right_one(card: Card) -> None:
    send(card, FILES)
    send(card, "00A40800020132")
    last = len(certificate(card, "0132")) - 5
    assert send(card, "00B0000000") == "6CD0"
    assert send(card, "00B00000D1") == "6CD0"
    assert send(card, f"00B0{last:04X}D0") == "6C05"


def test_both_ways_show_the_same_certificate(card: Card) -> None:
    client = Client(card)
    assert client.read("3F0050200001") == certificate(card, "0001")

"""The public commands of eObčanka, byte for byte. All of a card's answers are given in full."""

from __future__ import annotations

import pytest
from stuntcard.card.card import Card
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import Client, new_card, unchanged

MANAGEMENT = "00A4040C09D20310010001000202"
FILES = "00A4040C0AD2031001000103020100"
OK, SECURE_MESSAGING = "9000", "6882"
DOK, IOK = "11111111", "2222"


def send(card: Card, command: str) -> str:
    return card.transmit(bytes.fromhex(command)).hex().upper()


def field(value: str) -> str:
    """A code value as ASCII, padded to ten bytes."""
    return value.encode("ascii").hex().upper().ljust(20, "F")


def change(card: Card, reference: str, old: str, new: str) -> str:
    return send(card, f"002400{reference}14{field(old)}{field(new)}")


def unblock_iok(card: Card, dok: str, new: str) -> str:
    return send(card, f"0024011114{field(dok)}{field(new)}")


def numbers(card: Card, *tags: str) -> list[str]:
    """One-byte values of card management, each asked for with its length."""
    answers = [send(card, f"80CA01{tag}01") for tag in tags]
    assert all(answer[-4:] == OK for answer in answers)
    return [answer[:-4] for answer in answers]


def about_iok(card: Card) -> list[str]:
    """State, tries left and most tries."""
    return numbers(card, "82", "83", "84")


def about_dok(card: Card) -> list[str]:
    return numbers(card, "8B", "8C", "8D")


@pytest.fixture
def card() -> Card:
    """As handed over, card management selected."""
    card = new_card(load_profile("eobcanka"))
    assert send(card, MANAGEMENT) == OK
    return card


@pytest.fixture
def used(card: Card) -> Card:
    """With DOK and IOK set at the office."""
    card.act("office", "set-identification", {"dok": DOK.encode(), "iok": IOK.encode()})
    return card


# Choosing an application


def test_the_other_cards_do_not_have_them() -> None:
    for name in ("proid-q", "tokenme", "zzzs-pk"):
        assert send(new_card(load_profile(name)), MANAGEMENT) == "6A82"


# What card management shows


@pytest.mark.fact("EO-08", "EO-09")
def test_states_of_the_codes(card: Card) -> None:
    assert (about_iok(card), about_dok(card)) == (["00", "03", "03"], ["00", "0A", "0A"])
    card.act("office", "set-identification", {"dok": DOK.encode(), "iok": IOK.encode()})
    assert (about_iok(card), about_dok(card)) == (["01", "03", "03"], ["01", "0A", "0A"])
    assert [change(card, "11", "9999", "3333") for _ in range(3)] == ["63C2", "63C1", "63C0"]
    assert (about_iok(card), about_dok(card)) == (["04", "00", "03"], ["01", "0A", "0A"])


def test_what_the_office_set_shows_without_choosing_anew(used: Card) -> None:
    assert about_iok(used) == ["01", "03", "03"]
    used.reset()
    assert send(used, MANAGEMENT) == OK
    assert about_iok(used) == ["01", "03", "03"]


# New values


@pytest.mark.fact("EO-11")
def test_iok_is_changed_with_iok_and_dok_with_dok(used: Card) -> None:
    assert change(used, "11", IOK, "3333333333") == OK
    assert change(used, "10", DOK, "4444") == OK
    assert change(used, "11", IOK, "5555") == "63C2"
    assert change(used, "10", DOK, "5555") == "63C9"
    assert change(used, "11", "3333333333", IOK) == OK
    assert about_iok(used) == ["01", "03", "03"]


@pytest.mark.fact("EO-25")
def test_a_value_may_come_back(used: Card) -> None:
    assert [change(used, "11", *values) for values in ((IOK, "3333"), ("3333", IOK), (IOK, IOK))] == [OK, OK, OK]


@pytest.mark.fact("EO-14")
def test_dok_and_iok_may_be_alike(used: Card) -> None:
    assert change(used, "11", IOK, DOK) == OK
    assert change(used, "11", DOK, IOK) == OK


@pytest.mark.fact("EO-10")
def test_dok_sets_iok_anew_blocked_or_forgotten_as_often_as_one_likes(used: Card) -> None:
    for value in ("3333", "4444"):
        assert unblock_iok(used, DOK, value) == OK
    for value in ("5555", "6666"):
        assert [change(used, "11", "0000", "1234") for _ in range(4)] == ["63C2", "63C1", "63C0", "6983"]
        assert about_iok(used)[:2] == ["04", "00"]
        assert unblock_iok(used, DOK, value) == OK
        assert about_iok(used) == ["01", "03", "03"]
    assert change(used, "11", "6666", IOK) == OK


@pytest.mark.fact("EO-01", "EO-12")
def test_ten_wrong_doks_block_it_and_iok_with_it(used: Card) -> None:
    answers = [unblock_iok(used, "00000000", "3333") for _ in range(11)]
    assert answers == ["63C9", "63C8", "63C7", "63C6", "63C5", "63C4", "63C3", "63C2", "63C1", "63C0", "6983"]
    assert about_dok(used) == ["04", "00", "0A"]
    assert about_iok(used) == ["04", "00", "03"]
    assert unblock_iok(used, DOK, "3333") == "6983"
    assert change(used, "11", IOK, "3333") == "6983"


@pytest.mark.fact("EO-13")
def test_the_office_brings_a_blocked_pair_back(used: Card) -> None:
    for _ in range(10):
        unblock_iok(used, "00000000", "3333")
    used.act("office", "unblock", {"dok": b"7777", "iok": b"8888"})
    assert (about_iok(used), about_dok(used)) == (["01", "03", "03"], ["01", "0A", "0A"])
    assert change(used, "11", "8888", IOK) == OK


@pytest.mark.fact("EO-08")
def test_codes_that_are_not_set_say_so_and_lose_no_try(card: Card) -> None:
    assert change(card, "11", IOK, "3333") == "6984"
    assert change(card, "10", DOK, "3333") == "6984"
    assert unblock_iok(card, DOK, "3333") == "6985"
    assert (about_iok(card), about_dok(card)) == (["00", "03", "03"], ["00", "0A", "0A"])


@pytest.mark.fact("EO-27")
def test_identification_blocked_by_the_helpline_shows_as_blocked_codes(used: Card) -> None:
    used.act("helpline", "block-identification", {})
    assert (about_iok(used)[:2], about_dok(used)[:2]) == (["04", "00"], ["04", "00"])
    assert unblock_iok(used, DOK, "3333") == "6983"


@pytest.mark.fact("EO-01", "EO-02", "EO-07")
@pytest.mark.parametrize("new", ["333", "", "33a3", "33 3"])
def test_a_new_value_that_does_not_fit_is_refused_and_costs_nothing(used: Card, new: str) -> None:
    client = Client(used)
    assert send(used, MANAGEMENT) == OK
    with unchanged(client):
        assert change(used, "11", IOK, new) == "6A80"
    assert unblock_iok(used, DOK, new) == "6A80"
    assert about_iok(used) == ["01", "03", "03"]


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

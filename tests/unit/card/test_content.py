from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.card import pkcs15
from stuntcard.card.content import Content, KeyRecord, factory_content, read_directories
from stuntcard.card.files import File, FileKind
from stuntcard.card.key_files import SECRET, Header
from stuntcard.card.keys import generate_ec, secret_key
from stuntcard.card.pkcs15_objects import path_to
from stuntcard.iso7816 import tlv
from stuntcard.policy.events import DirectoriesRead
from stuntcard.policy.state import Item, Origin, factory_state

from tests.unit.card.cards import CDF, ODF, PRKDF, certificate_entry, directory, key_entry, proid_q

KEY = generate_ec(ec.SECP256R1())
PROFILE = proid_q()


@pytest.fixture
def content() -> Content:
    return factory_content(PROFILE)


def with_file(content: Content, path: str, raw: bytes) -> Content:
    return replace(content, files=content.files.updated(bytes.fromhex(path), 0, raw))


def with_two_keys(content: Content) -> Content:
    """Keys 1 and 2, which clients name by the references 10 and 11."""
    items = (Item(1, "general", Origin.MADE), Item(2, "general", Origin.MADE))
    content = replace(content, state=replace(content.state, items=items))
    return content.with_key(1, KEY, 10).with_key(2, KEY, 11)


@pytest.mark.fact("PQ-02")
def test_the_factory_values(content: Content) -> None:
    assert content.values == {"pin": b"12345678", "puk": b"87654321", "qpin": b"12345678"}
    assert content.state == factory_state(PROFILE)
    assert content.keys == {}


def test_no_secret_is_printed(content: Content) -> None:
    shown = repr(with_two_keys(content))
    assert "12345678" not in shown
    assert "87654321" not in shown
    assert "PrivateKey" not in shown


def test_how_often_a_code_got_a_value_is_counted(content: Content) -> None:
    """Who keeps copies of a card learns by it that a code is another."""
    renewed = content.with_values({"pin": b"1111"}).with_values({"pin": b"2222", "puk": b"3333"})
    assert renewed.values == {**content.values, "pin": b"2222", "puk": b"3333"}
    assert renewed.renewals == {"pin": 2, "puk": 1}


# References


def test_a_key_is_found_by_the_reference_its_client_gave(content: Content) -> None:
    content = with_two_keys(content)
    assert [content.number_of(reference) for reference in (10, 11, 12)] == [1, 2, None]


def test_a_reference_taken_again_names_the_later_key_and_the_earlier_gets_a_spare_one(content: Content) -> None:
    content = with_two_keys(content).with_key(3, KEY, 10).with_key(4, KEY, 10)
    assert content.number_of(10) == 4
    assert [content.keys[number].reference for number in (1, 3)] == [0x40, 0x41]


def test_a_spare_reference_is_one_whose_file_has_a_place_beside_the_first_and_that_no_other_file_has(
    content: Content,
) -> None:
    """Else the file that the earlier key gets would take the place of another, or be one of two by its reference."""
    content = with_two_keys(content)
    key_file = File(pkcs15.FACTORY + b"\x4b\x0a", FileKind.EC_KEY, content=Header(256).encode())
    in_the_way = File(pkcs15.FACTORY + b"\x4b\x40", FileKind.EF, content=b"somebody's")
    same_name = replace(key_file, path=pkcs15.APPLICATION + b"\x4b\x41")
    for file in (File(pkcs15.FACTORY, FileKind.DF), key_file, in_the_way, same_name):
        content = replace(content, files=content.files.created(file))
    taken_again = content.with_key(3, KEY, 10)
    assert [taken_again.keys[number].reference for number in (1, 3)] == [0x42, 10]
    assert set(taken_again.files.files) - set(content.files.files) == {pkcs15.FACTORY + b"\x4b\x42"}
    assert taken_again.files.at(in_the_way.path) == in_the_way


# Sweeping


def test_what_the_law_holds_no_more_is_swept_away(content: Content) -> None:
    content = with_two_keys(content)
    only_certificate = Item(2, "general", None, certificate=True)
    content = replace(content, state=replace(content.state, items=(only_certificate,)))
    content = replace(content, keys={**content.keys, 2: replace(content.keys[2], identifier=b"id")})
    assert content.swept().keys == {2: KeyRecord(None, None, b"id")}


def test_what_the_law_holds_is_left_alone(content: Content) -> None:
    content = with_two_keys(content)
    assert content.swept() == content


# Reading the directories


def test_empty_directories_list_nothing(content: Content) -> None:
    assert read_directories(with_two_keys(content))[1] == DirectoriesRead(frozenset(), frozenset())


def test_a_listed_key_gets_its_identifier(content: Content) -> None:
    content = with_file(with_two_keys(content), PRKDF, directory([key_entry(11, b"eleven")]))
    content, event = read_directories(content)
    assert event == DirectoriesRead(frozenset({2}), frozenset())
    assert [record.identifier for record in content.keys.values()] == [None, b"eleven"]


def test_a_certificate_belongs_to_the_key_of_its_identifier(content: Content) -> None:
    content = with_file(with_two_keys(content), PRKDF, directory([key_entry(10, b"a"), key_entry(11, b"b")]))
    content = with_file(content, CDF, directory([certificate_entry(b"b"), certificate_entry(b"elsewhere")]))
    assert read_directories(content)[1] == DirectoriesRead(frozenset({1, 2}), frozenset({2}))


def test_of_two_keys_of_one_identifier_the_listed_one_has_the_certificate(content: Content) -> None:
    content = with_file(with_two_keys(content), PRKDF, directory([key_entry(11, b"same")]))
    content, _ = read_directories(content)
    content = with_file(content, PRKDF, directory([key_entry(10, b"same")]))
    content = with_file(content, CDF, directory([certificate_entry(b"same")]))
    assert read_directories(content)[1] == DirectoriesRead(frozenset({1}), frozenset({1}))


def test_a_directory_that_can_not_be_read_says_nothing(content: Content) -> None:
    broken = with_file(with_two_keys(content), PRKDF, b"\x30\x50rubbish")
    assert read_directories(broken)[1] == DirectoriesRead(None, frozenset())
    broken = with_file(broken, CDF, b"\x30\x50rubbish")
    assert read_directories(broken) == (broken, DirectoriesRead(None, None))


@pytest.mark.parametrize("path", [PRKDF, CDF, ODF])
def test_a_directory_that_is_not_there_says_nothing(content: Content, path: str) -> None:
    content = replace(content, files=content.files.deleted(bytes.fromhex(path)))
    _, event = read_directories(content)
    assert event == DirectoriesRead(
        None if path in (PRKDF, ODF) else frozenset(),
        None if path in (CDF, ODF) else frozenset(),
    )


# Secret keys


def with_a_secret_key(content: Content) -> Content:
    """Key 1, which clients name by 10, and a secret key, which they name by 1 in a directory of its own."""
    items = (Item(1, "general", Origin.MADE, listed=True), Item(2, "general", Origin.MADE, listed=True))
    content = replace(content, state=replace(content.state, items=items))
    return content.with_key(1, KEY, 10).with_key(2, secret_key(bytes(16), 16), SECRET | 1)


def test_a_secret_key_is_listed_in_the_directory_of_secret_keys(content: Content) -> None:
    content = with_a_secret_key(content)
    directory_of_secrets = bytes.fromhex("3F0050154406")
    named = tlv.encode(pkcs15.SECRET_KEYS, path_to(directory_of_secrets))
    content = with_file(content, ODF, content.files.at(bytes.fromhex(ODF)).content.rstrip(b"\0") + named)
    file = File(directory_of_secrets, FileKind.EF, content=directory([key_entry(1, b"\x55")]))
    read, event = read_directories(replace(content, files=content.files.created(file)))
    assert event == DirectoriesRead(frozenset({2}), frozenset())
    assert [record.identifier for record in read.keys.values()] == [None, b"\x55"]


def test_where_no_directory_of_secret_keys_is_nothing_is_said_of_them(content: Content) -> None:
    _, event = read_directories(with_a_secret_key(content))
    assert event == DirectoriesRead(frozenset({2}), frozenset())

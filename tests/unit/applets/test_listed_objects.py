"""Certificates and other files that command sets without files of their own keep in those of PKCS#15."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.applets.listed_objects import (
    SIGN,
    certificate_of,
    drop_certificate,
    drop_key,
    list_key,
    put_certificate,
    write_file,
)
from stuntcard.card.card import Card
from stuntcard.card.files import Condition, File, FileError, FileKind, FileSystem, Operation
from stuntcard.card.keys import Key, generate_ec
from stuntcard.card.pkcs15 import read_entries
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy.events import Verdict
from stuntcard.policy.state import Origin

from tests.unit.applets.gids_words import THEIR_KEY
from tests.unit.card.cards import CDF, ODF, PRKDF, certificate_entry, directory, key_entry, logged_in, new_card

PATH = bytes.fromhex("3F0050155060")
FIRST, SECOND = (tlv.encode(0x30, bytes([number]) * 9) for number in (1, 2))


def card() -> Card:
    return logged_in(1).card


def with_files(files: dict[bytes, File]) -> Card:
    """A card with other files, to which PIN was given."""
    content = card().content
    made = new_card(content=replace(content, files=FileSystem({**content.files.files, **files})))
    assert made.verify("pin", b"12345678").name == "DONE"
    return made


@pytest.mark.parametrize("read", [Condition.ALWAYS, Condition.NEVER])
@pytest.mark.parametrize("content", [b"12345", b"123456"])
def test_a_file_is_written_anew_with_other_content_or_other_rights(read: Condition, content: bytes) -> None:
    one = card()
    write_file(one, PATH, b"first")
    write_file(one, PATH, content, read=read)
    file = one.files.at(PATH)
    assert (file.content, file.condition(Operation.READ)) == (content, read)


def test_a_certificate_is_read_by_all_and_goes_without_the_others() -> None:
    one = card()
    for identifier, encoded in ((b"\1", FIRST), (b"\2", SECOND)):
        put_certificate(one, identifier, "a certificate", encoded)
    assert {one.files.at(path).condition(Operation.READ) for path in list(one.files.files)[-2:]} == {Condition.ALWAYS}
    drop_certificate(one, b"\1")
    assert (certificate_of(one, b"\1"), certificate_of(one, b"\2")) == (None, SECOND)


def test_where_all_256_files_are_taken_there_is_no_room() -> None:
    wished = File(bytes.fromhex("3F0050154305"), FileKind.EF, content=b"0")
    taken = {path: replace(wished, path=path) for path in (wished.path[:-1] + bytes([n]) for n in range(256))}
    with pytest.raises(FileError) as refused:
        put_certificate(with_files(taken), b"\5", "a certificate", FIRST)
    assert refused.value.sw is StatusWord.NOT_ENOUGH_MEMORY
    last = wished.path[:-1] + b"\xff"
    one = with_files({path: file for path, file in taken.items() if path != last})
    put_certificate(one, b"\5", "a certificate", FIRST)
    assert one.files.at(last).content == FIRST


def test_entries_that_break_off_are_nobodys() -> None:
    """Another client's directory: an entry without identifier, one without path, and a whole one behind them."""
    whole = certificate_entry(b"\1", file=0x3101)
    short, pathless = (
        tlv.encode(0x30, tlv.encode(0x30, b"")),
        tlv.encode(0x30, b"".join(tlv.encode(0x30, value) for value in (b"", tlv.encode(0x04, b"\2")))),
    )
    there = bytes.fromhex("3F0050153101")
    listed = {path: new_card().files.at(path) for path in (bytes.fromhex(CDF),)}
    files = {path: replace(file, content=directory([short, pathless, whole])) for path, file in listed.items()}
    one = with_files({**files, there: File(there, FileKind.EF, content=FIRST)})
    assert [certificate_of(one, identifier) for identifier in (b"\1", b"\2", b"\3")] == [FIRST, None, None]


@pytest.mark.parametrize("path", ["3101", "3F0050153101"], ids=["from the application on", "from the master file on"])
def test_an_entry_gives_the_path_of_a_certificate_in_two_ways(path: str) -> None:
    """ISO 7816-15, 8.2.5: without the master file in front, a path starts where the application is."""
    there = bytes.fromhex("3F0050153101")
    place = tlv.encode(0xA1, tlv.encode(0x30, tlv.encode(0x30, tlv.encode(0x04, bytes.fromhex(path)))))
    entry = tlv.encode(0x30, tlv.encode(0x30, b"") + tlv.encode(0x30, tlv.encode(0x04, b"\1")) + place)
    listed = replace(new_card().files.at(bytes.fromhex(CDF)), content=directory([entry]))
    one = with_files({listed.path: listed, there: File(there, FileKind.EF, content=FIRST)})
    assert certificate_of(one, b"\1") == FIRST


# Directories


def listed(one: Card, path: str) -> tuple[bytes, ...]:
    """The entries of a directory, whole."""
    return tuple(entry.encode() for entry in read_entries(one.files.at(bytes.fromhex(path)).content) or ())


def with_directory(path: str, content: bytes) -> Card:
    return with_files({bytes.fromhex(path): replace(new_card().files.at(bytes.fromhex(path)), content=content)})


def test_an_entry_without_a_path_gives_way_to_that_of_the_certificate_which_comes_and_others_stay() -> None:
    pathless = tlv.encode(0x30, tlv.encode(0x30, b"") + tlv.encode(0x30, tlv.encode(0x04, b"\2")))
    other = certificate_entry(b"\1")
    one = with_directory(CDF, directory([pathless, other]))
    put_certificate(one, b"\2", "a certificate", SECOND)
    kept, mine = listed(one, CDF)
    assert (kept, tlv.parse_one(mine)[0].children()[1].value) == (other, tlv.encode(0x04, b"\2"))


def test_a_directory_is_filled_to_its_last_byte_and_where_one_is_missing_nothing_is_left_behind() -> None:
    one = card()
    put_certificate(one, b"\1", "a certificate", FIRST)
    length = len(listed(one, CDF)[0])
    full = with_directory(CDF, bytes(length))
    put_certificate(full, b"\1", "a certificate", FIRST)
    assert certificate_of(full, b"\1") == FIRST
    short = with_directory(CDF, bytes(length - 1))
    before = short.files
    with pytest.raises(FileError) as refused:
        put_certificate(short, b"\1", "a certificate", FIRST)
    assert refused.value.sw is StatusWord.NOT_ENOUGH_MEMORY
    assert short.files == before


def test_a_key_goes_again_where_the_directory_has_no_room_for_it() -> None:
    one = with_directory(PRKDF, bytes(20))
    before = one.files
    assert one.store_key(0x9A, Origin.MADE, 250, lambda: generate_ec(ec.SECP256R1())) is Verdict.DONE
    with pytest.raises(FileError) as refused:
        list_key(one, 0x9A, b"\x9a", "a key", "general", SIGN)
    assert refused.value.sw is StatusWord.NOT_ENOUGH_MEMORY
    assert (one.files, one.state.items) == (before, ())


@pytest.mark.parametrize("spoiled", [ODF, CDF], ids=["none is named", "it can't be read"])
def test_where_there_is_no_directory_to_be_read_as_a_whole_nothing_is_listed(spoiled: str) -> None:
    one = with_directory(spoiled, bytes.fromhex("3082FFFF").ljust(256, b"\0"))
    before = one.files
    with pytest.raises(FileError) as refused:
        put_certificate(one, b"\1", "a certificate", FIRST)
    assert refused.value.sw is StatusWord.CONDITIONS_NOT_SATISFIED
    assert one.files == before


@pytest.mark.parametrize(("key", "kind"), [(generate_ec(ec.SECP256R1()), 0xA0), (THEIR_KEY, 0x30)], ids=["EC", "RSA"])
def test_a_key_is_listed_in_place_of_one_with_its_reference_and_goes_alone(key: Key, kind: int) -> None:
    """Kind, usage and access by ISO 7816-15, 8.2.11 and 8.3: sensitive, and never was extractable."""
    others = [key_entry(reference, bytes([reference])) for reference in (1, 2)]
    one = with_directory(PRKDF, directory(others))
    assert one.store_key(2, Origin.MADE, 250, lambda: key) is Verdict.DONE
    list_key(one, 2, b"\x9a", "a key", "general", SIGN)
    kept, mine = listed(one, PRKDF)
    found = tlv.parse_one(mine)[0]
    values = bytes.fromhex("04019A 03020520 03020490 020102")
    assert (kept, found.tag, found.children()[1].value) == (others[0], kind, values)
    drop_key(one, 2)
    assert (listed(one, PRKDF), one.state.items) == ((others[0],), ())
    drop_key(one, 7)
    assert listed(one, PRKDF) == (others[0],)

"""Certificates and other files that command sets without files of their own keep in those of PKCS#15."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stuntcard.applets.listed_objects import certificate_of, drop_certificate, put_certificate, write_file
from stuntcard.card.card import Card
from stuntcard.card.files import Condition, File, FileError, FileKind, FileSystem, Operation
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.status import StatusWord

from tests.unit.card.cards import CDF, certificate_entry, directory, logged_in, new_card

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

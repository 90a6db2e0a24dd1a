from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stuntcard.card import pkcs15
from stuntcard.card.content import factory_content
from stuntcard.card.files import MASTER_FILE, Condition, File, FileKind, FileSystem, Operation
from stuntcard.card.pkcs15 import PRIVATE_KEYS, KeyEntry, directory_files, read_certificates, read_keys
from stuntcard.iso7816 import tlv
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import AODF, CDF, ODF, PRKDF, certificate_entry, directory, key_entry, proid_q

A, B, C = (key_entry(n, bytes([n]) * 20) for n in (1, 2, 3))
OF_KEY, PLACE = (part.encode() for part in tlv.parse_one(A)[0].children()[1:])


@pytest.fixture
def files() -> FileSystem:
    return factory_content(proid_q()).files


def content(files: FileSystem, path: str) -> str:
    """A file's content in hexadecimal, without the zeros behind it."""
    return files.at(bytes.fromhex(path)).content.rstrip(b"\0").hex().upper()


# As personalised


def test_the_files_and_who_may_write_them(files: FileSystem) -> None:
    assert {path.hex().upper(): Condition(file.condition(Operation.UPDATE)) for path, file in files.files.items()} == {
        "3F00": Condition.NEVER,
        "3F002F00": Condition.NEVER,
        "3F005015": Condition.USER,
        ODF: Condition.USER,
        "3F0050155032": Condition.USER,
        "3F0050155033": Condition.USER,
        AODF: Condition.NEVER,
        PRKDF: Condition.USER,
        "3F0050154403": Condition.USER,
        CDF: Condition.USER,
        "3F0050154405": Condition.USER,
    }


def test_an_empty_card_is_emptied_again_by_whom_the_profile_says_or_by_nobody() -> None:
    blank = load_profile("blank")
    nobodys = blank.model_copy(update={"emptied_with": None})
    roots = [factory_content(profile).files.at(MASTER_FILE) for profile in (blank, nobodys)]
    assert [root.condition(Operation.DELETE_SELF) for root in roots] == [Condition.USER | 3, Condition.NEVER]


def test_entries_that_are_there_stay_where_they_stand_and_others_come_first(files: FileSystem) -> None:
    path = bytes.fromhex(PRKDF)
    written = files.updated(path, 0, directory([A, B]))
    assert content(pkcs15.with_entries(written, PRIVATE_KEYS, (B,)), PRKDF) == (A + B).hex().upper()
    assert content(pkcs15.with_entries(written, PRIVATE_KEYS, (B, A)), PRKDF) == (A + B).hex().upper()
    assert content(pkcs15.with_entries(written, PRIVATE_KEYS, (B, C)), PRKDF) == (B + C + A).hex().upper()


def test_an_entry_that_says_nothing_stays_where_another_is_put_in_front(files: FileSystem) -> None:
    nameless = tlv.encode(0x30, tlv.encode(0x30, b"") * 2 + PLACE)
    written = files.updated(bytes.fromhex(PRKDF), 0, directory([nameless, B]))
    assert content(pkcs15.with_entries(written, PRIVATE_KEYS, (B, C)), PRKDF) == (B + C + nameless).hex().upper()


def test_entries_fill_a_directory_to_its_last_byte_and_not_beyond(files: FileSystem) -> None:
    path = bytes.fromhex(PRKDF)
    for room, stored in ((len(A + B), (B + A)), (len(A + B) - 1, A)):
        short = FileSystem({**files.files, path: replace(files.files[path], content=A.ljust(room, b"\0"))})
        assert content(pkcs15.with_entries(short, PRIVATE_KEYS, (B,)), PRKDF) == stored.hex().upper()


def test_the_sizes_of_the_files_and_ef_dir_from_its_start_on(files: FileSystem) -> None:
    contents = {path.hex().upper(): file.content for path, file in files.files.items() if file.kind is FileKind.EF}
    assert {path: len(content) for path, content in contents.items()} == {
        "3F002F00": 128,
        ODF: 256,
        "3F0050155032": 192,
        "3F0050155033": 128,
        AODF: 1024,
        PRKDF: 2048,
        "3F0050154403": 2048,
        CDF: 2048,
        "3F0050154405": 1024,
    }
    assert contents["3F002F00"][:2] == b"\x61\x1d"


def test_an_empty_card_has_its_two_directories_and_lets_its_holder_create_files() -> None:
    found = factory_content(load_profile("blank")).files.files
    assert [(path.hex(), file.access.hex(), file.name) for path, file in found.items()] == [
        ("3f00", "ff93ffffff9090ff", b""),
        ("3f005015", "ff90ffffff9090ff", bytes.fromhex("A000000063504B43532D3135")),
    ]


def test_all_of_it_can_be_read_without_a_code(files: FileSystem) -> None:
    contents = [file for file in files.files.values() if file.kind is FileKind.EF]
    assert {file.condition(Operation.READ) for file in contents} == {Condition.ALWAYS}


def test_ef_dir_names_the_application(files: FileSystem) -> None:
    assert content(files, "3F002F00") == (
        "611D" + "4F0CA000000063504B43532D3135" + "500750726F49442B51" + "51043F005015"
    )


def test_the_object_directory_names_the_directories(files: FileSystem) -> None:
    entries = ("A0", "4402"), ("A1", "4403"), ("A4", "4404"), ("A7", "4405"), ("A8", "4401")
    assert content(files, ODF) == "".join(f"{tag}0A300804063F005015{fid}" for tag, fid in entries)


def test_token_info(files: FileSystem) -> None:
    assert content(files, "3F0050155032") == (
        "3025" + "020100" + "04085354554E54000001" + "0C095374756E7463617264" + "800750726F49442B51" + "0302" + "0520"
    )


def test_a_code_that_is_not_set_is_shown_so(files: FileSystem) -> None:
    shown = pkcs15.with_authentication_objects(proid_q(), files, frozenset({"qpin"}))
    before, after = (tlv.parse(bytes.fromhex(content(tree, AODF))) for tree in (files, shown))
    assert before[0] == after[0]
    assert before[2] == after[2]
    assert before[1].value.count(b"\x03\x02\x02\x8c") == 1
    assert after[1].value == before[1].value.replace(b"\x03\x02\x02\x8c", b"\x03\x02\x02\x84")


# Which files are the directories


def with_odf(files: FileSystem, raw: str) -> FileSystem:
    path = bytes.fromhex(ODF)
    return FileSystem({**files.files, path: replace(files.at(path), content=bytes.fromhex(raw))})


REWRITTEN = {
    "path to nothing": ("A0083006040450154402", []),
    "path to a DF": ("A00830060404" + "3F005015", []),
    "relative path": ("A006300404024402", [PRKDF]),
    "two": ("A006300404024404A006300404024402", [CDF, PRKDF]),
    "padded": ("A006300404024402" + "0000", [PRKDF]),
    "rubbish behind": ("A006300404024402" + "0001", []),
    "breaks off": ("A0063004040244", []),
    "no path": ("A0020500", []),
    "empty": ("", []),
}


@pytest.mark.parametrize(("raw", "found"), REWRITTEN.values(), ids=REWRITTEN)
def test_a_rewritten_object_directory(files: FileSystem, raw: str, found: list[str]) -> None:
    tree = with_odf(files, raw)
    assert [file.path.hex().upper() for file in directory_files(tree, pkcs15.PRIVATE_KEYS)] == found


def test_a_deleted_object_directory_names_nothing(files: FileSystem) -> None:
    assert directory_files(files.deleted(bytes.fromhex(ODF)), pkcs15.PRIVATE_KEYS) == ()


# Reading the directory of private keys


def test_entries_give_reference_and_identifier() -> None:
    assert read_keys(PRIVATE_KEYS, [directory([A, B])]) == (KeyEntry(1, b"\x01" * 20), KeyEntry(2, b"\x02" * 20))
    assert read_keys(PRIVATE_KEYS, [directory([A]), directory([B])]) == read_keys(PRIVATE_KEYS, [A + B])
    assert read_keys(PRIVATE_KEYS, [bytes(2048)]) == ()


def test_rsa_and_ec_entries_are_alike_to_the_card() -> None:
    for kind in (0x30, 0xA0):
        assert read_keys(PRIVATE_KEYS, [key_entry(7, b"id", kind=kind)]) == (KeyEntry(7, b"id"),)
    assert read_keys(PRIVATE_KEYS, [key_entry(7, b"id", kind=0xA4)]) is None, "no kind of private key"


@pytest.mark.parametrize(
    "raw",
    [
        A[:-1],
        A + b"\0" + B,
        A + B[:10] + bytes(100),
        A + A,
        A + key_entry(1, b"other"),
        b"\x04\x02ab",
        certificate_entry(b"id"),
        b"\x30\x00",
        b"\xff" * 2048,
        tlv.encode(0x30, tlv.encode(0x04, b"") + OF_KEY + PLACE),
        tlv.encode(0x30, tlv.encode(0x30, b"") + tlv.encode(0x31, tlv.parse_one(OF_KEY)[0].value) + PLACE),
        tlv.encode(0x30, tlv.encode(0x30, b"\x0c\x7f") + OF_KEY + PLACE),
    ],
    ids=["cut off", "hole", "half an entry", "twice", "one reference twice", "no entry", "certificate", "empty", "FF",
         "no common part", "no key's part", "a common part cut off"],
)  # fmt: skip
def test_a_directory_that_is_not_whole_says_nothing(raw: bytes) -> None:
    assert read_keys(PRIVATE_KEYS, [raw]) is None
    assert read_keys(PRIVATE_KEYS, [directory([C]), raw]) is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_directory_caught_half_rewritten_never_hides_a_key_that_stays(data: st.DataObject) -> None:
    """Entries are taken away, or one is added behind, and the writing stops at any byte."""
    labels = st.text("abcdefgh ", min_size=1, max_size=30)
    old = [key_entry(n, bytes([n]) * 20, label=data.draw(labels)) for n in range(1, data.draw(st.integers(1, 5)) + 1)]
    staying = [entry for entry in old if data.draw(st.booleans())]
    new = staying + ([key_entry(9, b"9" * 20)] if data.draw(st.booleans()) else [])
    kept = {entry.reference for entry in read_keys(PRIVATE_KEYS, [b"".join(staying)]) or ()}
    before, after = directory(old), directory(new)
    for stop in range(len(b"".join(old + new)) + 1):
        entries = read_keys(PRIVATE_KEYS, [after[:stop] + before[stop:]])
        assert entries is None or kept <= {entry.reference for entry in entries}


@given(st.binary(max_size=300))
def test_whatever_stands_in_a_directory_can_be_looked_at(raw: bytes) -> None:
    read_keys(PRIVATE_KEYS, [raw])
    read_certificates([raw])


# Reading the directory of certificates


def test_certificates_give_identifiers() -> None:
    assert read_certificates([directory([certificate_entry(b"one"), certificate_entry(b"two")])]) == frozenset(
        (b"one", b"two")
    )
    assert read_certificates([bytes(100)]) == frozenset()


@pytest.mark.parametrize("raw", [certificate_entry(b"one")[:-1], b"\x30\x00", certificate_entry(b"one") + b"\0\1"])
def test_a_directory_of_certificates_that_is_not_whole_says_nothing(raw: bytes) -> None:
    assert read_certificates([raw]) is None


def test_a_directory_below_the_master_file_may_be_named_in_full(files: FileSystem) -> None:
    tree = files.created(File(MASTER_FILE + b"\x44\x02", FileKind.EF, content=bytes(10)))
    tree = with_odf(tree, "A0083006" + "04043F004402")
    assert [file.path.hex() for file in directory_files(tree, pkcs15.PRIVATE_KEYS)] == ["3f004402"]

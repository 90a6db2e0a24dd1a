from __future__ import annotations

from collections.abc import Callable

import pytest
from stuntcard.card.files import (
    MASTER_FILE,
    OPEN,
    Condition,
    File,
    FileError,
    FileKind,
    FileSystem,
    Operation,
    access,
    code_of_condition,
)

APP = bytes.fromhex("3F005015")
EF = bytes.fromhex("3F0050154402")
DEEP = bytes.fromhex("3F00501550165017")


@pytest.fixture
def tree() -> FileSystem:
    files = [
        File(MASTER_FILE, FileKind.DF),
        File(APP, FileKind.DF, name=b"PKCS-15"),
        File(EF, FileKind.EF, content=b"0123456789"),
        File(bytes.fromhex("3F005016"), FileKind.DF, name=b"OTHER"),
        File(bytes.fromhex("3F0050164402"), FileKind.EF, content=b"other"),
    ]
    return FileSystem({file.path: file for file in files})


# Access


def test_access_bytes_put_each_condition_in_its_place() -> None:
    rights = access(otherwise=Condition.NEVER, update=Condition.USER, read=Condition.ALWAYS)
    assert rights == bytes.fromhex("FFFFFFFFFFFF9000")
    directory = access(otherwise=Condition.NEVER, create_ef=Condition.USER, delete_child=Condition.ALWAYS)
    assert directory == bytes.fromhex("FFFFFFFFFFFF9000")
    assert access(otherwise=Condition.USER, delete_self=Condition.NEVER) == bytes.fromhex("FFFF909090909090")
    assert bytes.fromhex("FF00000000000000") == OPEN


@pytest.mark.parametrize(
    ("condition", "code"), [(0x00, None), (0x90, None), (0x91, 1), (0x9D, 13), (0x9E, 14), (0x9F, None), (0xB1, None)]
)
def test_a_condition_may_name_a_code(condition: int, code: int | None) -> None:
    assert code_of_condition(condition) == code


def test_a_file_tells_the_condition_of_an_operation() -> None:
    file = File(EF, FileKind.EF, access(otherwise=Condition.NEVER, read=Condition.ALWAYS))
    assert file.condition(Operation.READ) == Condition.ALWAYS
    assert file.condition(Operation.UPDATE) == Condition.NEVER


# What SELECT tells


def test_control_parameters_of_an_ef_say_size_kind_identifier_life_cycle_and_access() -> None:
    file = File(EF, FileKind.EF, access(otherwise=Condition.USER, read=Condition.ALWAYS), bytes(300))
    assert file.control_parameters().hex().upper() == (
        "8002012C" + "8102012C" + "820101" + "83024402" + "8A0105" + "8608FF90909090909000"
    )


def test_control_parameters_of_a_df_say_its_name_and_no_size() -> None:
    file = File(APP, FileKind.DF, OPEN, name=b"PKCS-15")
    assert file.control_parameters().hex().upper() == (
        "820138" + "83025015" + "8407504B43532D3135" + "8A0105" + "8608FF00000000000000"
    )


def test_no_file_is_ever_in_creation() -> None:
    """OpenSC takes life cycle 01 as open, and then never asks for a code."""
    for kind in FileKind:
        assert b"\x8a\x01\x05" in File(EF, kind).control_parameters()


# Finding


def test_a_file_is_found_by_path_and_a_df_by_the_start_of_its_name(tree: FileSystem) -> None:
    assert tree.at(EF).identifier == b"\x44\x02"
    assert tree.by_name(b"PKCS-15").path == APP
    assert tree.by_name(b"PK").path == APP


# Creating and deleting


def test_a_created_file_is_there_and_the_tree_before_is_as_it_was(tree: FileSystem) -> None:
    new = File(APP + b"\x31\x01", FileKind.EF, content=bytes(4))
    assert tree.created(new).at(new.path) == new
    named = File(bytes.fromhex("3F005018"), FileKind.DF, name=b"A NEW NAME")
    assert tree.created(named).by_name(b"A NEW NAME") == named
    assert new.path not in tree.files


def test_a_deleted_df_takes_along_what_lies_below_and_nothing_else(tree: FileSystem) -> None:
    left = tree.deleted(APP)
    assert sorted(path.hex() for path in left.files) == ["3f00", "3f005016", "3f0050164402"]


# Writing


@pytest.mark.parametrize(
    ("offset", "data", "content"),
    [(0, b"ab", b"ab23456789"), (4, b"abc", b"0123abc789"), (8, b"yz", b"01234567yz"), (9, b"z", b"012345678z")],
)
def test_bytes_are_written_where_they_belong(tree: FileSystem, offset: int, data: bytes, content: bytes) -> None:
    assert tree.updated(EF, offset, data).at(EF).content == content
    assert tree.at(EF).content == b"0123456789"


@pytest.mark.parametrize(
    ("asked", "sw"),
    [
        (lambda tree: tree.by_name(b""), 0x6A82),
        (lambda tree: tree.by_name(b"PKCS-15X"), 0x6A82),
        (lambda tree: tree.by_name(b"KCS"), 0x6A82),
        (lambda tree: tree.at(bytes.fromhex("3F004402")), 0x6A82),
        (lambda tree: tree.created(File(EF, FileKind.EF)), 0x6A89),
        (lambda tree: tree.created(File(MASTER_FILE, FileKind.DF)), 0x6A89),
        (lambda tree: tree.created(File(DEEP, FileKind.DF)), 0x6A82),
        (lambda tree: tree.created(File(EF + b"\x00\x01", FileKind.EF)), 0x6981),
        (lambda tree: tree.created(File(APP + b"\x31\x01", FileKind.DF, name=b"OTHER")), 0x6A8A),
        (lambda tree: tree.deleted(MASTER_FILE), 0x6985),
        (lambda tree: tree.deleted(DEEP), 0x6A82),
        (lambda tree: tree.updated(EF, 11, b""), 0x6B00),
        (lambda tree: tree.updated(EF, 9, b"ab"), 0x6A84),
        (lambda tree: tree.updated(EF, 10, b"a"), 0x6B00),
        (lambda tree: tree.updated(EF, 10, b""), 0x6B00),
        (lambda tree: tree.updated(APP, 0, b"a"), 0x6981),
    ],
    ids=[
        "no name", "a longer name", "the end of a name", "a path that leads nowhere", "there already",
        "another master file", "no parent", "below an EF", "name taken", "the master file stays", "nothing to delete",
        "offset beyond the end", "longer than the file", "at the end", "nothing at the end", "a DF is not written",
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused(tree: FileSystem, asked: Callable[[FileSystem], object], sw: int) -> None:
    with pytest.raises(FileError) as error:
        asked(tree)
    assert error.value.sw == sw


def test_a_key_file_tells_the_size_of_its_key_and_nothing_of_its_attributes() -> None:
    file = File(bytes.fromhex("3F0050154B01"), FileKind.RSA_KEY, access(otherwise=Condition.NEVER), b"\x08\x00\x10\x01")
    assert file.description(1).hex().upper() == "81020800" + "820111" + "83024B01" + "8A0101"

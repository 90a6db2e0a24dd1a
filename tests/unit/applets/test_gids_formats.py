"""The files of GIDS byte by byte: what clients write, sound or not, and what they are shown."""

from __future__ import annotations

import tracemalloc
from zlib import compress

import pytest
from stuntcard.applets.gids_formats import (
    ContainerRecord,
    key_map,
    packed_certificate,
    read_containers,
    read_entries,
    unpacked_certificate,
)

from tests.unit.applets.gids_words import CERTIFICATE

UNITS = 39
"""The longest name of a container."""


def record(name: bytes, rest: str) -> bytes:
    return name.ljust(80, b"\0") + bytes.fromhex(rest)


@pytest.mark.parametrize(
    ("container", "encoded"),
    [
        (ContainerRecord("A", 3, 2048, 0), record(b"A\0", "0300 0008 0000")),
        (ContainerRecord("\u017e", 1, 0, 3072), record(b"\x7e\x01", "0100 0000 000C")),
        (ContainerRecord("n" * UNITS, 1, 2049, 1025), record(b"n\0" * UNITS, "0100 0108 0104")),
    ],
)
def test_a_record_of_the_map_of_containers(container: ContainerRecord, encoded: bytes) -> None:
    assert container.encode() == encoded
    assert read_containers(encoded) == (container,)


def test_of_a_longer_name_as_much_stays_as_fits_before_its_end() -> None:
    assert ContainerRecord("n" * 60).encode() == record(b"n\0" * UNITS, "0000 0000 0000")


def test_half_a_character_in_a_name_is_shown_as_none() -> None:
    assert [one.name for one in read_containers(record(b"\x00\xd8a\0", "0300 0000 0008"))] == ["\ufffda"]


def test_half_a_record_is_none() -> None:
    whole = ContainerRecord("A", 3, 2048, 0).encode()
    assert read_containers(whole[:85]) == ()
    assert read_containers(whole + whole[:85]) == read_containers(whole)
    assert read_entries(b"\1" + bytes(27)) == ()


def test_the_map_of_keys_says_use_size_and_number() -> None:
    """Sizes that no reference is for, which clients may write all the same, have none."""
    records = [ContainerRecord("A", 3, 0, 2048), ContainerRecord("B", 1, 1024, 0), ContainerRecord("C", 1, 0, 777)]
    assert key_map([*records, ContainerRecord()]).hex(" ", 12) == "01" + " ".join(
        ["", "01000000079a81b0ffff0000", "01000000069c82b0ffff0000", "01000000009a83b0ffff0000",
         "000000000000ffffffff0000"]
    )  # fmt: skip


def test_a_certificate_that_says_that_it_is_not_compressed_is_none() -> None:
    assert unpacked_certificate(b"\2\0" + packed_certificate(CERTIFICATE)[2:]) is None


def test_no_more_is_unpacked_than_the_length_says() -> None:
    bomb = b"\1\0\x10\0" + compress(bytes(30_000_000))
    tracemalloc.start()
    assert unpacked_certificate(bomb) is None
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()

"""How digits get into a command, byte for byte (PC/SC part 10, 2.5; CCID 1.1, 6.1.11)."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stuntcard.readers.pinpad.structures import Ends, Entry, Modify, StructureError, parse_modify, parse_verify


def verify_structure(
    command: str, *, form: int = 0x02, block: int = 0, length: int = 0, limits: int = 0x040C, ends: int = 2
) -> bytes:
    apdu = bytes.fromhex(command)
    return struct.pack("<5BHBBHB3sI", 30, 15, form, block, length, limits, ends, 0xFF, 0x409, 0, b"", len(apdu)) + apdu


def modify_structure(
    command: str, *, form: int = 0x02, block: int = 0, offsets: tuple[int, int] = (0, 0), confirm: int = 3
) -> bytes:
    apdu = bytes.fromhex(command)
    return (
        struct.pack(
            "<5BBBHBBBH3B3sI", 30, 15, form, block, 0, *offsets, 0x0408, confirm, 2, 3, 0, 0, 1, 2, b"", len(apdu)
        )
        + apdu
    )


@pytest.mark.parametrize(
    ("command", "options", "code", "filled"),
    [
        # ASCII into what is padded already, as OpenSC has it for a code of 16 bytes
        ("0020000110" + "FF" * 16, {}, "12345678", "0020000110 3132333435363738" + "FF" * 8),
        ("0020000108" + "00" * 8, {}, "1234", "0020000108 31323334 00000000"),
        # no data yet: the block is as long as the code
        ("00200001", {}, "12345", "0020000105 3132333435"),
        ("0020000100", {}, "12345", "0020000105 3132333435"),
        # a block of eight bytes, left and right
        ("00200001", {"block": 8}, "1234", "0020000108 31323334 FFFFFFFF"),
        ("00200001", {"block": 8, "form": 0x06}, "1234", "0020000108 FFFFFFFF 31323334"),
        # behind two bytes of the program's own
        ("0020000104 AABB FFFF", {"form": 0x02 | 0x80 | 2 << 3}, "1234", "0020000106 AABB 31323334"),
        # BCD, and one digit a byte
        ("00200001", {"form": 0x01}, "12345", "0020000103 12345F"),
        ("00200001", {"form": 0x00}, "12345", "0020000105 0102030405"),
        # ISO 9564, format 2, as GlobalPlatform has it: 2, the length in four bits, and BCD behind one byte
        (
            "0020000108 20FFFFFFFFFFFFFF",
            {"form": 0x01 | 8 << 3, "block": 0x47, "length": 0x04},
            "12345",
            "0020000108 25 12345F FFFFFFFF",
        ),
        # the length in a byte of its own
        ("0020000103 00FFFF", {"form": 0x02 | 0x80 | 1 << 3, "block": 0x80}, "1234", "0020000105 04 31323334"),
    ],
)
def test_a_code_in_its_block(command: str, options: dict[str, int], code: str, filled: str) -> None:
    asked = parse_verify(verify_structure(command, **options))
    assert asked.filled(code).hex() == bytes.fromhex(filled).hex()


def test_how_long_a_code_may_be_and_what_ends_it() -> None:
    asked = parse_verify(verify_structure("00200001", limits=0x0408, ends=0x03))
    assert asked.entry == Entry(4, 8, Ends.AT_MAX | Ends.WITH_OK, 30, 15)


@pytest.mark.parametrize(
    ("command", "options", "codes", "filled"),
    [
        # both padded, as OpenSC has them: the new one at 16
        (
            "0024000120" + "FF" * 32,
            {"offsets": (0, 16)},
            ("1234", "567890"),
            "0024000120 31323334" + "FF" * 12 + "353637383930" + "FF" * 10,
        ),
        # no places of their own: one after the other
        ("00240001", {}, ("1234", "567890"), "002400010A 31323334 353637383930"),
        ("00240001", {"block": 8, "offsets": (0, 8)}, ("1234", "5678"), "0024000110 31323334FFFFFFFF 35363738FFFFFFFF"),
        # the new one alone
        ("0024010108" + "FF" * 8, {"confirm": 1}, (None, "5678"), "0024010108 35363738 FFFFFFFF"),
    ],
)
def test_codes_old_and_new(command: str, options: dict[str, int], codes: tuple[str | None, str], filled: str) -> None:
    asked = parse_modify(modify_structure(command, **options))  # type: ignore[arg-type]
    assert asked.filled(*codes).hex() == bytes.fromhex(filled).hex()


@pytest.mark.parametrize(
    ("confirm", "old_wanted", "confirmed"), [(0, False, False), (1, False, True), (2, True, False), (3, True, True)]
)
def test_what_is_asked_for(confirm: int, old_wanted: bool, confirmed: bool) -> None:
    asked = parse_modify(modify_structure("00240001", confirm=confirm))
    assert (asked.old_wanted, asked.confirmed) == (old_wanted, confirmed)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        verify_structure("00200001")[:-1],
        verify_structure("002000"),
        verify_structure("00200001") + b"\0",
        verify_structure("00200001", limits=0x0804),
        verify_structure("00200001", limits=0x0000),
        verify_structure("00200001", form=0x03),
        verify_structure("00200001", form=0x02 | 3 << 3),
    ],
)
def test_structures_that_say_nothing_sensible(raw: bytes) -> None:
    with pytest.raises(StructureError):
        parse_verify(raw)


@pytest.mark.parametrize(
    "options",
    [{"block": 3}, {"block": 0x40, "length": 0x1F}, {"block": 0x10}],
    ids=["block", "no place", "too few bits"],
)
def test_codes_that_have_no_room(options: dict[str, int]) -> None:
    with pytest.raises(StructureError):
        parse_verify(verify_structure("00200001", **options)).filled("1234")


@given(st.binary(max_size=80))
def test_any_bytes_are_a_structure_or_refused(raw: bytes) -> None:
    for parse in (parse_verify, parse_modify):
        try:
            asked = parse(raw)
            filled = asked.filled("1234", "5678") if isinstance(asked, Modify) else asked.filled("1234")
        except StructureError:
            continue
        assert filled[:4] == asked.command[:4]
        assert filled[4] == len(filled) - 5

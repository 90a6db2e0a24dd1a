from __future__ import annotations

import pytest
from asn1crypto import core
from hypothesis import given, settings
from hypothesis import strategies as st
from stuntcard.iso7816 import der


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=2**200))
def test_integers_read_back(value: int) -> None:
    assert core.Integer.load(der.integer(value), strict=True).native == value
    assert core.Integer(value).dump() == der.integer(value)


@pytest.mark.parametrize(
    ("dotted", "encoded"),
    [
        ("2.5.4.3", "0603550403"),
        ("1.2.840.10045.4.3.4", "06082A8648CE3D040304"),
        ("0.4.0.1862.1.6.1", "060704008E46010601"),
        ("1.2.203.7064.1.1.11.7", "06092A814BB71801010B07"),
    ],
)
def test_object_identifiers(dotted: str, encoded: str) -> None:
    assert der.object_identifier(dotted).hex().upper() == encoded


@pytest.mark.parametrize(
    ("bits", "encoded"),
    [
        ((0,), "03020780"),
        ((0, 1), "030206C0"),
        ((5, 6), "03020106"),
        ((8,), "0303070080"),
        ((9,), "0303060040"),
        ((7,), "03020001"),
    ],
)
def test_named_bits_have_no_zeros_behind_the_last(bits: tuple[int, ...], encoded: str) -> None:
    assert der.named_bits(*bits).hex().upper() == encoded


def test_texts() -> None:
    assert der.utf8_string("Š").hex().upper() == "0C02C5A0"
    assert der.printable_string("CZ").hex().upper() == "1302435A"
    with pytest.raises(UnicodeEncodeError):
        der.printable_string("Š")


def test_values_of_one_byte_and_of_none() -> None:
    assert [der.boolean(True).hex(), der.boolean(False).hex(), der.null().hex()] == ["0101ff", "010100", "0500"]
    assert [der.enumerated(0).hex(), der.enumerated(2).hex()] == ["0a0100", "0a0102"]


def test_octets() -> None:
    assert der.octet_string(b"\x01\x02").hex().upper() == "04020102"
    assert der.bit_string(b"\x01\x02").hex().upper() == "0303000102"
    assert der.sequence(der.integer(1), der.integer(255)).hex().upper() == "3007020101020200FF"


def test_days_from_2050_on_have_four_digits_of_their_year() -> None:
    assert der.midnight(2009, 1, 2) == b"\x17\x0d090102000000Z"
    assert der.midnight(2049, 12, 31) == b"\x17\x0d491231000000Z"
    assert der.midnight(2050, 1, 1) == b"\x18\x0f20500101000000Z"

from __future__ import annotations

import pytest
from stuntcard.trace import octets


def test_masked_bytes_are_written_as_stars() -> None:
    assert octets.written(bytes.fromhex("0020000102ABCD"), range(5, 7)) == "0020000102****"


def test_masked_bytes_are_read_as_zeros() -> None:
    assert octets.read("0020**01") == bytes.fromhex("00200001")


@pytest.mark.parametrize("text", ["0", "0G", "*", "0*", "00 00", "٠٠"])
def test_what_is_no_bytes(text: str) -> None:
    assert not octets.is_written(text)


@pytest.mark.parametrize(
    ("text", "raw", "fits"),
    [
        ("0020****", "00201234", True),
        ("0020****", "0020123456", False),
        ("0020****", "00211234", False),
        ("AB", "ab", True),
        ("", "", True),
    ],
)
def test_a_masked_byte_fits_any(text: str, raw: str, fits: bool) -> None:
    assert octets.fits(text, bytes.fromhex(raw)) is fits

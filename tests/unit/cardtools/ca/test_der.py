"""The little DER that the CA needs."""

from __future__ import annotations

import pytest
from cardtools.ca.pki import der


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", "3000"),
        (b"ab", "30026162"),
        (bytes(127), "307F" + "00" * 127),
        (bytes(128), "308180" + "00" * 128),
        (bytes(256), "30820100" + "00" * 256),
    ],
    ids=len,
)
def test_a_length_takes_as_few_bytes_as_it_can(value: bytes, expected: str) -> None:
    assert der.encode(der.SEQUENCE, value).hex().upper() == expected
    assert der.only(bytes.fromhex(expected), der.SEQUENCE) == value


def test_object_identifiers() -> None:
    assert der.object_identifier("0.4.0.1862.1.1").hex() == "060604008e460101"
    assert der.object_identifier("1.2.840.113549").hex() == "06062a864886f70d"
    assert der.object_identifier("2.999").hex() == "06028837"


@pytest.mark.parametrize(
    "broken", ["80", "8002 00", "8080 00", "8081 01 00", "808200FF", "9F0100", "800100 800100"], ids=str
)
def test_what_is_not_der_is_not_read(broken: str) -> None:
    with pytest.raises(der.NotDerError):
        der.read(bytes.fromhex(broken))


def test_only_wants_one_value() -> None:
    with pytest.raises(der.NotDerError):
        der.only(bytes.fromhex("300030"), der.SEQUENCE)
    with pytest.raises(der.NotDerError):
        der.only(bytes.fromhex("8000"), der.SEQUENCE)

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from stuntcard.card.curves import DOMAINS, Domain
from stuntcard.card.keys import find_curve

from tests.unit.card.arithmetic import Curve, Point, add, multiply, on_curve

EACH = pytest.mark.parametrize("domain", DOMAINS, ids=[domain.curve().name for domain in DOMAINS])


def point(encoded: bytes) -> Point:
    assert encoded[0] == 4
    half = (len(encoded) - 1) // 2
    return int.from_bytes(encoded[1 : 1 + half]), int.from_bytes(encoded[1 + half :])


def numbers(domain: Domain) -> tuple[int, int, int, bytes, int]:
    return (
        int(domain.prime, 16),
        int(domain.a, 16),
        int(domain.b, 16),
        bytes.fromhex(domain.generator),
        int(domain.order, 16),
    )


def test_the_curves_that_people_ask_for_are_there() -> None:
    names = {domain.curve().name for domain in DOMAINS}
    assert {"secp256r1", "secp384r1", "secp521r1", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"} <= names
    assert "secp256k1" in names
    assert len(names) == len(DOMAINS)


@EACH
def test_the_numbers_make_a_curve(domain: Domain) -> None:
    prime, a, b, generator, order = numbers(domain)
    curve = Curve(prime, a, b)
    assert on_curve(curve, point(generator))
    assert multiply(curve, order, point(generator)) is None
    assert add(curve, multiply(curve, order - 1, point(generator)), point(generator)) is None


@EACH
def test_the_generator_is_the_librarys(domain: Domain) -> None:
    public = ec.derive_private_key(1, domain.curve()).public_key()
    assert public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex().upper() == domain.generator
    assert public.curve.key_size == int(domain.prime, 16).bit_length()


@EACH
def test_zeros_in_front_of_a_number_do_not_matter(domain: Domain) -> None:
    found = find_curve(
        prime=b"\0" + bytes.fromhex(domain.prime),
        a=bytes.fromhex(domain.a).lstrip(b"\0"),
        b=bytes.fromhex(domain.b).lstrip(b"\0"),
        generator=bytes.fromhex(domain.generator),
        order=b"\0" + bytes.fromhex(domain.order),
    )
    assert isinstance(found, domain.curve)


@EACH
def test_one_wrong_parameter_is_another_curve(domain: Domain) -> None:
    prime, a, b, generator, order = numbers(domain)
    assert domain.is_given_by(prime, a, b, generator, order)
    assert not domain.is_given_by(prime + 2, a, b, generator, order)
    assert not domain.is_given_by(prime, a + 1, b, generator, order)
    assert not domain.is_given_by(prime, a, b + 1, generator, order)
    assert not domain.is_given_by(prime, a, b, generator[:-1] + bytes([generator[-1] ^ 1]), order)
    assert not domain.is_given_by(prime, a, b, generator, order - 1)

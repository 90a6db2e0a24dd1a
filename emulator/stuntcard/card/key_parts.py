"""Keys that come to the card in parts, all at once or one by one, and what is made of the parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from stuntcard.card.keys import (
    PUBLIC_EXPONENT,
    Key,
    KeyRefusedError,
    ec_size,
    generate_ec,
    generate_rsa,
    import_ec,
    import_rsa,
    rsa_import_bits,
    rsa_size,
    secret_key,
    uncompressed_point,
)


class Part(Enum):
    """What a key can be brought in by."""

    P = auto()
    Q = auto()
    D_P = auto()
    D_Q = auto()
    Q_INVERSE = auto()
    MODULUS = auto()
    MODULUS_FIRST_HALF = auto()
    MODULUS_SECOND_HALF = auto()
    PUBLIC_EXPONENT = auto()
    PRIVATE_EXPONENT = auto()
    PRIVATE_VALUE = auto()
    POINT = auto()
    SECRET_VALUE = auto()


Parts = Mapping[Part, bytes]
CRT = (Part.P, Part.Q, Part.D_P, Part.D_Q, Part.Q_INVERSE)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a key will take of the card's memory, in bytes, and what makes it; that may raise KeyRefusedError."""

    size: int
    supply: Callable[[], Key]


def new_rsa_plan(bits: int, exponent: int = PUBLIC_EXPONENT) -> Plan:
    """An RSA key to be made."""
    return Plan(rsa_size(bits), partial(generate_rsa, bits, exponent))


def new_ec_plan(curve: ec.EllipticCurve) -> Plan:
    """A key on a curve to be made."""
    return Plan(ec_size(curve.key_size), partial(generate_ec, curve))


def rsa_plan(parts: Parts, sizes: tuple[int, ...]) -> Plan:
    """An RSA key of its five CRT parts; modulus and public exponent have to agree where they came too.

    Raises KeyError without one of the five, and KeyRefusedError for a size that is not among `sizes`.
    """
    p, q, d_p, d_q, q_inverse = (int.from_bytes(parts[part]) for part in CRT)
    bits = rsa_import_bits(p, q, sizes)
    make = partial(import_rsa, sizes, p=p, q=q, d_p=d_p, d_q=d_q, q_inverse=q_inverse)
    return Plan(rsa_size(bits), lambda: _agreeing(make(), parts))


def ec_plan(curve: ec.EllipticCurve, parts: Parts) -> Plan:
    """A key on a curve of its private value; the point has to agree where it came too. Raises KeyError."""
    value = int.from_bytes(parts[Part.PRIVATE_VALUE])
    return Plan(ec_size(curve.key_size), lambda: _with_its_point(import_ec(curve, value), parts))


def secret_plan(block_length: int, parts: Parts) -> Plan:
    """A secret key. Raises KeyError, or KeyRefusedError for a size that the cipher has not."""
    key = secret_key(parts[Part.SECRET_VALUE], block_length)
    return Plan(len(key.value), lambda: key)


def _agreeing(key: rsa.RSAPrivateKey, parts: Parts) -> rsa.RSAPrivateKey:
    public = key.public_key().public_numbers()
    halves = parts.get(Part.MODULUS_FIRST_HALF, b"") + parts.get(Part.MODULUS_SECOND_HALF, b"")
    for given, own in (
        (parts.get(Part.PUBLIC_EXPONENT), public.e),
        (parts.get(Part.MODULUS), public.n),
        (halves or None, public.n),
    ):
        if given is not None and int.from_bytes(given) != own:
            raise KeyRefusedError("the parts are not those of one RSA key")
    return key


def _with_its_point(key: ec.EllipticCurvePrivateKey, parts: Parts) -> ec.EllipticCurvePrivateKey:
    point = parts.get(Part.POINT)
    if point is not None and point != uncompressed_point(key.public_key().public_numbers()):
        raise KeyRefusedError("the point is not that of the private value")
    return key

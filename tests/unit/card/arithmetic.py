"""Elliptic curves and ECDSA by the book (SEC 1, 2.2.1 and 4.1.4), to check a crypto library by something else."""

from __future__ import annotations

from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from stuntcard.card.curves import Domain

Point = tuple[int, int]


class Curve(NamedTuple):
    prime: int
    a: int
    b: int


def on_curve(curve: Curve, point: Point) -> bool:
    x, y = point
    return (y * y - x * x * x - curve.a * x - curve.b) % curve.prime == 0


def add(curve: Curve, one: Point | None, other: Point | None) -> Point | None:
    """The sum; None is the point at infinity."""
    if one is None or other is None:
        return one or other
    p = curve.prime
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % p == 0:
        return None
    slope = (3 * x1 * x1 + curve.a) * pow(2 * y1, -1, p) if one == other else (y2 - y1) * pow(x2 - x1, -1, p)
    x = (slope * slope - x1 - x2) % p
    return x, (slope * (x1 - x) - y1) % p


def multiply(curve: Curve, factor: int, point: Point | None) -> Point | None:
    result: Point | None = None
    while factor:
        if factor & 1:
            result = add(curve, result, point)
        point = add(curve, point, point)
        factor >>= 1
    return result


def ecdsa_holds(domain: Domain, public: Point, digest: bytes, signature: bytes) -> bool:
    """Whether a DER signature over a digest of any length is right."""
    curve = Curve(int(domain.prime, 16), int(domain.a, 16), int(domain.b, 16))
    order = int(domain.order, 16)
    generator = bytes.fromhex(domain.generator)
    half = len(generator) // 2
    base = int.from_bytes(generator[1 : 1 + half]), int.from_bytes(generator[1 + half :])
    r, s = decode_dss_signature(signature)
    if not (0 < r < order and 0 < s < order):
        return False
    e = int.from_bytes(digest) >> max(0, 8 * len(digest) - order.bit_length())
    w = pow(s, -1, order)
    found = add(curve, multiply(curve, e * w % order, base), multiply(curve, r * w % order, public))
    return found is not None and found[0] % order == r

"""RSA keys that are too short for the crypto library to make. They protect nothing any more, and are for tests."""

from __future__ import annotations

import secrets
from math import gcd

from cryptography.hazmat.primitives.asymmetric import rsa
from gmpy2 import next_prime


def generate(bits: int, exponent: int) -> rsa.RSAPrivateKey:
    """A new key of this size and public exponent."""
    while True:
        p, q = sorted((_prime(bits // 2), _prime(bits // 2)), reverse=True)
        if p != q and gcd(exponent, (p - 1) * (q - 1)) == 1:
            d = pow(exponent, -1, (p - 1) * (q - 1))
            d_p, d_q, q_inverse = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
            public = rsa.RSAPublicNumbers(exponent, p * q)
            return rsa.RSAPrivateNumbers(p, q, d, d_p, d_q, q_inverse, public).private_key()


def _prime(bits: int) -> int:
    """A prime whose two highest bits are set, so that the product of two has all its bits."""
    return int(next_prime(secrets.randbits(bits) | 3 << (bits - 2)))

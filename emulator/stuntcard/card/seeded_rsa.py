"""RSA keys from a seed, the same every time. They protect nothing, and those of a test card are meant to.

FIPS 186-5, A.1.3, would have the primes drawn at random; here each is the next one from a number that the seed gives.
"""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from stuntcard.card.keys import PUBLIC_EXPONENT
from stuntcard.card.primes_found import FOUND_AT

BITS = 2048
_PRIME_BITS = BITS // 2


def derive_rsa_key(seed: str, label: str) -> rsa.RSAPrivateKey:
    """The key of 2048 bits that a seed gives for a label. Where no search is spared, it takes a tenth of a second."""
    starts = tuple(_start(seed, f"{label} {name}") for name in ("p", "q"))
    found_at = FOUND_AT.get((seed, label)) or search(seed, label)
    p, q = (start + distance for start, distance in zip(starts, found_at, strict=True))
    d = pow(PUBLIC_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(PUBLIC_EXPONENT, p * q)
    d_p, d_q, q_inverse = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d_p, d_q, q_inverse, public)
    # The library would look for a second time whether these are primes, and take longer than all the rest.
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def search(seed: str, label: str) -> tuple[int, int]:
    """How far from where the seed starts the search the two primes of a label lie."""
    p, q = (_distance_to_prime(_start(seed, f"{label} {name}")) for name in ("p", "q"))
    return p, q


def _start(seed: str, label: str) -> int:
    """An odd number whose two highest bits are set, so that the product of two has all its bits."""
    derived = HKDF(hashes.SHA512(), _PRIME_BITS // 8, salt=None, info=f"rsa {label}".encode()).derive(seed.encode())
    return int.from_bytes(derived) | 3 << (_PRIME_BITS - 2) | 1


def _distance_to_prime(start: int) -> int:
    """How far the next prime is that a public exponent goes with (PKCS #1, 3.1)."""
    from gmpy2 import next_prime

    candidate = int(next_prime(start - 1))
    while candidate % PUBLIC_EXPONENT == 1:
        candidate = int(next_prime(candidate))
    return candidate - start

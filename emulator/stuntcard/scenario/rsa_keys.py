"""RSA keys from a seed, the same every time. They protect nothing, and a scenario's are meant to.

FIPS 186-5, A.1.3, would have the primes drawn at random; here each is the next one from a number that the seed gives.
"""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from stuntcard.card.keys import PUBLIC_EXPONENT

BITS = 2048
_PRIME_BITS = BITS // 2
_BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
_SIEVE_END = 2000


def derive_rsa_key(seed: str, label: str) -> rsa.RSAPrivateKey:
    """The key of 2048 bits that a seed gives for a label. It takes a good part of a second."""
    p, q = (_next_prime(_start(seed, f"{label} {name}")) for name in ("p", "q"))
    d = pow(PUBLIC_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(PUBLIC_EXPONENT, p * q)
    d_p, d_q, q_inverse = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, d_p, d_q, q_inverse, public).private_key()


def _start(seed: str, label: str) -> int:
    """An odd number whose two highest bits are set, so that the product of two has all its bits."""
    derived = HKDF(hashes.SHA512(), _PRIME_BITS // 8, salt=None, info=f"rsa {label}".encode()).derive(seed.encode())
    return int.from_bytes(derived) | 3 << (_PRIME_BITS - 2) | 1


def _next_prime(start: int) -> int:
    small = [n for n in range(3, _SIEVE_END, 2) if all(n % divisor for divisor in range(3, int(n**0.5) + 1, 2))]
    candidate = start
    while True:
        fits = all(candidate % prime for prime in small) and candidate % PUBLIC_EXPONENT != 1
        if fits and _is_probably_prime(candidate):
            return candidate
        candidate += 2


def _is_probably_prime(number: int) -> bool:
    """Miller and Rabin's test."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, base, odd, twos) for base in _BASES)


def _passes(number: int, base: int, odd: int, twos: int) -> bool:
    power = pow(base, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = pow(power, 2, number)
        if power == number - 1:
            return True
    return False

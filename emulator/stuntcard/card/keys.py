"""Private keys and what a card does with them. The arithmetic is the crypto library's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed

from stuntcard.card.curves import DOMAINS

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

RSA_BITS = (2048, 3072, 4096)
SMALL_RSA_BITS = (512, 768, 1024, 1536)
"""Sizes of old, which not every command set has."""
PUBLIC_EXPONENT = 65537
_LEAST_BITS_OF_LIBRARY = 1024
SECRET_KEY_BITS = {0: tuple(range(8, 2041, 8)), 8: (64, 128, 192), 16: (128, 192, 256)}
"""Sizes of secret keys by the length of their cipher's block: DES and 3DES, AES; 0 for one of no certain cipher."""

_PKCS1_PADDING = re.compile(rb"\x00\x01\xff{8,}\x00(?=.)", re.DOTALL)
"""What stands before the data that is signed (PKCS #1, 9.2)."""

_HASH_BY_LENGTH: dict[int, hashes.HashAlgorithm] = {
    algorithm.digest_size: algorithm
    for algorithm in (hashes.SHA1(), hashes.SHA224(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512())  # noqa: S303
}
_ECDSA_BY_LENGTH = {length: ec.ECDSA(Prehashed(algorithm)) for length, algorithm in _HASH_BY_LENGTH.items()}
_PKCS1_V15, _NO_DIGEST_INFO = padding.PKCS1v15(), NoDigestInfo()


class KeyRefusedError(ValueError):
    """Key parts or data that no operation can be done with."""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A key of a block cipher: AES with blocks of 16 bytes, DES or 3DES with blocks of 8; 0 for none of these."""

    value: bytes = field(repr=False)
    block_length: int

    @property
    def key_size(self) -> int:
        """The key's size in bits."""
        return 8 * len(self.value)

    def encode(self) -> bytes:
        """The key as it is stored: the cipher's block length, then the value."""
        return bytes([self.block_length]) + self.value


def stored_secret_key(encoded: bytes) -> SecretKey | None:
    """The key that `SecretKey.encode` wrote; None for anything else, such as PKCS #8."""
    if not encoded or encoded[0] not in SECRET_KEY_BITS:
        return None
    return secret_key(encoded[1:], encoded[0])


Key = PrivateKey | SecretKey


def secret_key(value: bytes, block_length: int) -> SecretKey:
    """The secret key of a value. Raises KeyRefusedError when the cipher has no keys of this size."""
    if 8 * len(value) not in SECRET_KEY_BITS[block_length]:
        raise KeyRefusedError("the cipher has no keys of this size")
    return SecretKey(value, block_length)


def generate_rsa(bits: int, exponent: int = PUBLIC_EXPONENT) -> rsa.RSAPrivateKey:
    """A new RSA key. Raises KeyRefusedError for a size or a public exponent that the card does not take."""
    if bits not in (*SMALL_RSA_BITS, *RSA_BITS) or exponent not in (3, PUBLIC_EXPONENT):
        raise KeyRefusedError(f"no RSA key of {bits} bits with the exponent {exponent}")
    if bits < _LEAST_BITS_OF_LIBRARY:
        from stuntcard.card.small_rsa import generate

        return generate(bits, exponent)
    return rsa.generate_private_key(exponent, bits)


def generate_ec(curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
    """A new key on a curve."""
    return ec.generate_private_key(curve)


def rsa_size(bits: int) -> int:
    """What an RSA key takes of a card's memory: its five CRT parts, in bytes."""
    return 5 * bits // 16


def ec_size(bits: int) -> int:
    """What an EC key takes of a card's memory: private value and point, in bytes."""
    return 3 * ((bits + 7) // 8)


def stored_size(key: Key) -> int:
    """What a key takes of a card's memory, in bytes."""
    if isinstance(key, SecretKey):
        return len(key.value)
    return rsa_size(key.key_size) if isinstance(key, rsa.RSAPrivateKey) else ec_size(key.curve.key_size)


def uncompressed_point(point: ec.EllipticCurvePublicNumbers) -> bytes:
    """A point as SEC 1, 2.3.3 writes it. By hand, because the library's serialization loads all its formats first."""
    length = (point.curve.key_size + 7) // 8
    return b"\x04" + point.x.to_bytes(length) + point.y.to_bytes(length)


def modulus_of(public: rsa.RSAPublicKey) -> bytes:
    """An RSA key's modulus, as long as it is."""
    return public.public_numbers().n.to_bytes(public.key_size // 8)


def exponent_of(public: rsa.RSAPublicKey) -> bytes:
    """An RSA key's public exponent, without zeros in front."""
    exponent = public.public_numbers().e
    return exponent.to_bytes((exponent.bit_length() + 7) // 8)


def find_curve(*, prime: bytes, a: bytes, b: bytes, generator: bytes, order: bytes) -> ec.EllipticCurve | None:
    """The curve with these domain parameters, or None when the card has none such."""
    numbers = [int.from_bytes(value) for value in (prime, a, b, order)]
    for domain in DOMAINS:
        if domain.is_given_by(numbers[0], numbers[1], numbers[2], generator, numbers[3]):
            return domain.curve()
    return None


def import_rsa(
    sizes: tuple[int, ...] = RSA_BITS, /, *, p: int, q: int, q_inverse: int, d_p: int, d_q: int
) -> rsa.RSAPrivateKey:
    """The RSA key of these CRT parts (PKCS #1, 3.2). Raises KeyRefusedError when they do not belong together.

    Lengths are looked at first: what a client sends may be of any size, and arithmetic on it would take its time.
    """
    bits = rsa_import_bits(p, q, sizes)
    if max(number.bit_length() for number in (q_inverse, d_p, d_q)) > bits // 2:
        raise KeyRefusedError("a part is longer than the primes")
    try:
        e = pow(d_p, -1, p - 1)
        d = pow(e, -1, (p - 1) * (q - 1))
        key = rsa.RSAPrivateNumbers(p, q, d, d_p, d_q, q_inverse, rsa.RSAPublicNumbers(e, p * q)).private_key()
    except ValueError as error:
        raise KeyRefusedError("the parts are not those of one RSA key") from error
    return key


def rsa_import_bits(p: int, q: int, sizes: tuple[int, ...] = RSA_BITS) -> int:
    """The size of the RSA key that two primes give, in bits. Raises KeyRefusedError when the card takes none such."""
    bits = p.bit_length() + q.bit_length()
    if bits not in sizes or p.bit_length() != q.bit_length():
        raise KeyRefusedError(f"RSA keys have {sizes} bits here, in two primes of half that")
    return bits


def import_ec(curve: ec.EllipticCurve, private_value: int) -> ec.EllipticCurvePrivateKey:
    """The key of a private value. Raises KeyRefusedError when it is not one of this curve's."""
    try:
        return ec.derive_private_key(private_value, curve)
    except ValueError as error:
        raise KeyRefusedError("the private value is not in the curve's range") from error


def sign_pkcs1(key: Key, data: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 over data that brings its own DigestInfo, or none. Raises KeyRefusedError."""
    try:
        return _rsa(key).sign(data, _PKCS1_V15, _NO_DIGEST_INFO)
    except ValueError as error:
        raise KeyRefusedError("the data is too long for the key") from error


def sign_pss(key: Key, digest: bytes) -> bytes:
    """RSASSA-PSS over a digest, the salt as long as the digest. Raises KeyRefusedError."""
    algorithm = _HASH_BY_LENGTH.get(len(digest))
    if algorithm is None:
        raise KeyRefusedError("no hash has this length")
    pss = padding.PSS(mgf=padding.MGF1(algorithm), salt_length=len(digest))
    return _rsa(key).sign(digest, pss, Prehashed(algorithm))


def sign_ecdsa(key: Key, digest: bytes) -> bytes:
    """ECDSA over a digest of any length, as the DER sequence of r and s. Raises KeyRefusedError."""
    private = _ec(key)
    fitted = _fit_digest(digest, private.curve)
    return private.sign(fitted, _ECDSA_BY_LENGTH[len(fitted)])


def sign_ecdsa_number(key: Key, number: bytes) -> bytes:
    """The same over a digest as a number as long as the curve's field, with zeros in front. Raises KeyRefusedError."""
    longest = max(_HASH_BY_LENGTH)
    front = number[:-longest]
    as_long_as_field = len(number) == (_ec(key).key_size + 7) // 8
    return sign_ecdsa(key, number[-longest:] if as_long_as_field and front and not any(front) else number)


def sign_ecdsa_sha1(key: Key, message: bytes) -> bytes:
    """ECDSA over a message hashed here with SHA-1, as the DER sequence of r and s. Raises KeyRefusedError."""
    return _ec(key).sign(message, ec.ECDSA(hashes.SHA1()))  # noqa: S303


def sign_pkcs1_sha1(key: Key, digest: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 over a digest of SHA-1, whose DigestInfo is made here. Raises KeyRefusedError."""
    algorithm = hashes.SHA1()  # noqa: S303
    if len(digest) != algorithm.digest_size:
        raise KeyRefusedError("not a digest of SHA-1")
    return _rsa(key).sign(digest, _PKCS1_V15, Prehashed(algorithm))


def rsa_raw(key: Key, block: bytes) -> bytes:
    """The private operation on a block as long as the modulus (PKCS #1, 5.1.2). Raises KeyRefusedError.

    The library does it with a padding only, three times as fast as GMP, whose power is ten times as fast as Python's.
    So a block that its sender has padded to be signed is left to the library, which pads in the one same way.
    """
    padding_of_client = _PKCS1_PADDING.match(block)
    if padding_of_client is not None and 8 * len(block) == _rsa(key).key_size:
        return sign_pkcs1(key, block[padding_of_client.end() :])
    from gmpy2 import powmod

    numbers = _rsa(key).private_numbers()
    modulus, length = numbers.public_numbers.n, (numbers.public_numbers.n.bit_length() + 7) // 8
    message = int.from_bytes(block)
    if len(block) != length or message >= modulus:
        raise KeyRefusedError("the block is not one of this modulus")
    p, q = numbers.p, numbers.q
    of_p, of_q = powmod(message % p, numbers.dmp1, p), powmod(message % q, numbers.dmq1, q)
    return int(of_q + q * ((of_p - of_q) * numbers.iqmp % p)).to_bytes(length)


def encipher_pkcs1(key: Key, data: bytes) -> bytes:
    """RSAES-PKCS1-v1_5 with the public part of a key. Raises KeyRefusedError when the data is too long."""
    try:
        return _rsa(key).public_key().encrypt(data, _PKCS1_V15)
    except ValueError as error:
        raise KeyRefusedError("the data is too long for the key") from error


def agree_ecdh(key: Key, point: bytes) -> bytes:
    """The private value times another's point, its x coordinate (SEC 1, 3.3.1). Raises KeyRefusedError."""
    private = _ec(key)
    try:
        other = ec.EllipticCurvePublicKey.from_encoded_point(private.curve, point)
    except ValueError as error:
        raise KeyRefusedError("not a point of the key's curve") from error
    return private.exchange(ec.ECDH(), other)


def decipher_pkcs1(key: Key, cryptogram: bytes) -> bytes:
    """RSAES-PKCS1-v1_5. Raises KeyRefusedError when the cryptogram can't be one of this key's."""
    try:
        return _rsa(key).decrypt(cryptogram, _PKCS1_V15)
    except ValueError as error:
        raise KeyRefusedError("not a cryptogram of this key") from error


def _fit_digest(digest: bytes, curve: ec.EllipticCurve) -> bytes:
    """The digest in a length that the library takes, with the same leftmost bits of the group order's length.

    ECDSA reads a digest as a number and keeps its leftmost bits (SEC 1, 4.1.3): zeros in front of a short one and
    behind a full one change nothing.
    """
    if len(digest) in _HASH_BY_LENGTH:
        return digest
    order_length = curve.key_size // 8
    full = digest[:order_length].rjust(order_length, b"\0")
    for length in sorted(_HASH_BY_LENGTH):
        if length >= len(full):
            return full.ljust(length, b"\0")
    longest = max(_HASH_BY_LENGTH)
    if len(digest) < longest:
        return digest.rjust(longest, b"\0")
    raise KeyRefusedError("the digest is longer than any hash's")


def _rsa(key: Key) -> rsa.RSAPrivateKey:
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeyRefusedError("not an RSA key")
    return key


def _ec(key: Key) -> ec.EllipticCurvePrivateKey:
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyRefusedError("not a key on an elliptic curve")
    return key

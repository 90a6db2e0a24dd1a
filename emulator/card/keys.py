"""Private keys and what a card does with them. The arithmetic is the crypto library's."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed

from emulator.card.curves import DOMAINS

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

RSA_BITS = (2048, 3072, 4096)
PUBLIC_EXPONENT = 65537

_HASH_BY_LENGTH: dict[int, hashes.HashAlgorithm] = {
    algorithm.digest_size: algorithm
    for algorithm in (hashes.SHA1(), hashes.SHA224(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512())  # noqa: S303
}


class KeyRefusedError(ValueError):
    """Key parts or data that no operation can be done with."""


def generate_rsa(bits: int) -> rsa.RSAPrivateKey:
    """A new RSA key of 2048, 3072 or 4096 bits."""
    return rsa.generate_private_key(PUBLIC_EXPONENT, bits)


def generate_ec(curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
    """A new key on a curve."""
    return ec.generate_private_key(curve)


def rsa_size(bits: int) -> int:
    """What an RSA key takes of a card's memory: its five CRT parts, in bytes."""
    return 5 * bits // 16


def ec_size(bits: int) -> int:
    """What an EC key takes of a card's memory: private value and point, in bytes."""
    return 3 * ((bits + 7) // 8)


def stored_size(key: PrivateKey) -> int:
    """What a key takes of a card's memory, in bytes."""
    return rsa_size(key.key_size) if isinstance(key, rsa.RSAPrivateKey) else ec_size(key.curve.key_size)


def uncompressed_point(point: ec.EllipticCurvePublicNumbers) -> bytes:
    """A point as SEC 1, 2.3.3 writes it. By hand, because the library's serialization loads all its formats first."""
    length = (point.curve.key_size + 7) // 8
    return b"\x04" + point.x.to_bytes(length) + point.y.to_bytes(length)


def find_curve(*, prime: bytes, a: bytes, b: bytes, generator: bytes, order: bytes) -> ec.EllipticCurve | None:
    """The curve with these domain parameters, or None when the card has none such."""
    numbers = [int.from_bytes(value) for value in (prime, a, b, order)]
    for domain in DOMAINS:
        if domain.is_given_by(numbers[0], numbers[1], numbers[2], generator, numbers[3]):
            return domain.curve()
    return None


def import_rsa(*, p: int, q: int, q_inverse: int, d_p: int, d_q: int) -> rsa.RSAPrivateKey:
    """The RSA key of these CRT parts (PKCS #1, 3.2). Raises KeyRefusedError when they do not belong together.

    Lengths are looked at first: what a client sends may be of any size, and arithmetic on it would take its time.
    """
    bits = rsa_import_bits(p, q)
    if max(number.bit_length() for number in (q_inverse, d_p, d_q)) > bits // 2:
        raise KeyRefusedError("a part is longer than the primes")
    try:
        e = pow(d_p, -1, p - 1)
        d = pow(e, -1, (p - 1) * (q - 1))
        key = rsa.RSAPrivateNumbers(p, q, d, d_p, d_q, q_inverse, rsa.RSAPublicNumbers(e, p * q)).private_key()
    except ValueError as error:
        raise KeyRefusedError("the parts are not those of one RSA key") from error
    return key


def rsa_import_bits(p: int, q: int) -> int:
    """The size of the RSA key that two primes give, in bits. Raises KeyRefusedError when the card takes none such."""
    bits = p.bit_length() + q.bit_length()
    if bits not in RSA_BITS or p.bit_length() != q.bit_length():
        raise KeyRefusedError(f"RSA keys have {RSA_BITS} bits here, in two primes of half that")
    return bits


def import_ec(curve: ec.EllipticCurve, private_value: int) -> ec.EllipticCurvePrivateKey:
    """The key of a private value. Raises KeyRefusedError when it is not one of this curve's."""
    try:
        return ec.derive_private_key(private_value, curve)
    except ValueError as error:
        raise KeyRefusedError("the private value is not in the curve's range") from error


def sign_pkcs1(key: PrivateKey, data: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 over data that brings its own DigestInfo, or none. Raises KeyRefusedError."""
    try:
        return _rsa(key).sign(data, padding.PKCS1v15(), NoDigestInfo())
    except ValueError as error:
        raise KeyRefusedError("the data is too long for the key") from error


def sign_pss(key: PrivateKey, digest: bytes) -> bytes:
    """RSASSA-PSS over a digest, the salt as long as the digest. Raises KeyRefusedError."""
    algorithm = _HASH_BY_LENGTH.get(len(digest))
    if algorithm is None:
        raise KeyRefusedError("no hash has this length")
    pss = padding.PSS(mgf=padding.MGF1(algorithm), salt_length=len(digest))
    return _rsa(key).sign(digest, pss, Prehashed(algorithm))


def sign_ecdsa(key: PrivateKey, digest: bytes) -> bytes:
    """ECDSA over a digest of any length, as the DER sequence of r and s. Raises KeyRefusedError."""
    private = _ec(key)
    fitted = _fit_digest(digest, private.curve)
    return private.sign(fitted, ec.ECDSA(Prehashed(_HASH_BY_LENGTH[len(fitted)])))


def sign_ecdsa_sha1(key: PrivateKey, message: bytes) -> bytes:
    """ECDSA over a message hashed here with SHA-1, as the DER sequence of r and s. Raises KeyRefusedError."""
    return _ec(key).sign(message, ec.ECDSA(hashes.SHA1()))  # noqa: S303


def decipher_pkcs1(key: PrivateKey, cryptogram: bytes) -> bytes:
    """RSAES-PKCS1-v1_5. Raises KeyRefusedError when the cryptogram can't be one of this key's."""
    try:
        return _rsa(key).decrypt(cryptogram, padding.PKCS1v15())
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


def _rsa(key: PrivateKey) -> rsa.RSAPrivateKey:
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeyRefusedError("not an RSA key")
    return key


def _ec(key: PrivateKey) -> ec.EllipticCurvePrivateKey:
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyRefusedError("not a key on an elliptic curve")
    return key

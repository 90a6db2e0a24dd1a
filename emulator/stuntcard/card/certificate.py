"""X.509 v3 certificates as DER (RFC 5280), signed with keys on elliptic curves.

By hand, as the library's X.509 takes longer to load than a card takes to start. A test compares every byte with it.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from stuntcard.card.keys import PublicKey, uncompressed_point
from stuntcard.iso7816 import der, tlv

DIGITAL_SIGNATURE, CONTENT_COMMITMENT, KEY_CERT_SIGN, CRL_SIGN = 0, 1, 5, 6
"""Bits of KeyUsage (RFC 5280, 4.2.1.3)."""

_VERSION_3 = 2
_VERSION_TAG, _EXTENSIONS_TAG, _KEY_IDENTIFIER_TAG = 0xA0, 0xA3, 0x80
_TRUE = der.boolean(True)

_RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
_EC_PUBLIC_KEY, _ECDSA_WITH_SHA512 = "1.2.840.10045.2.1", "1.2.840.10045.4.3.4"
_CURVES = {
    "secp192r1": "1.2.840.10045.3.1.1",
    "secp224r1": "1.3.132.0.33",
    "secp256r1": "1.2.840.10045.3.1.7",
    "secp384r1": "1.3.132.0.34",
    "secp521r1": "1.3.132.0.35",
    "brainpoolP256r1": "1.3.36.3.3.2.8.1.1.7",
    "brainpoolP384r1": "1.3.36.3.3.2.8.1.1.11",
    "brainpoolP512r1": "1.3.36.3.3.2.8.1.1.13",
    "secp256k1": "1.3.132.0.10",
}
"""Of RFC 5480, 2.1.1.1, RFC 5639, 4.1, and SEC 2, by the library's names."""
_PRINTABLE = {"2.5.4.5", "2.5.4.6"}
"""serialNumber and countryName are PrintableStrings (RFC 5280, appendix A.1)."""

Name = Sequence[tuple[str, str]]
"""A distinguished name: object identifiers of attributes, and their values."""


@dataclass(frozen=True, slots=True)
class ToBeSigned:
    """What a certificate says. `extensions` come encoded; the functions below make them."""

    serial: int
    issuer: Name
    subject: Name
    valid_from: datetime.date
    valid_until: datetime.date
    public_key: PublicKey
    extensions: Sequence[bytes]


def sign(content: ToBeSigned, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The certificate, signed with ECDSA and SHA-512; the same content and key always give the same bytes."""
    algorithm = der.sequence(der.object_identifier(_ECDSA_WITH_SHA512))
    body = der.sequence(
        tlv.encode(_VERSION_TAG, der.integer(_VERSION_3)),
        der.integer(content.serial),
        algorithm,
        _name(content.issuer),
        der.sequence(_midnight(content.valid_from), _midnight(content.valid_until)),
        _name(content.subject),
        subject_public_key_info(content.public_key),
        tlv.encode(_EXTENSIONS_TAG, der.sequence(*content.extensions)),
    )
    signature = key.sign(body, ec.ECDSA(hashes.SHA512(), deterministic_signing=True))
    return der.sequence(body, algorithm, der.bit_string(signature))


def root(serial: int, name: Name, valid: tuple[datetime.date, datetime.date], key: ec.EllipticCurvePrivateKey) -> bytes:
    """The certificate of a CA that nobody stands above, for its own key."""
    public_key = key.public_key()
    extensions = (
        basic_constraints_of_ca(),
        key_usage(KEY_CERT_SIGN, CRL_SIGN),
        subject_key_identifier(public_key),
    )
    return sign(ToBeSigned(serial, name, name, *valid, public_key, extensions), key)


def extension(identifier: str, value: bytes, *, critical: bool = False) -> bytes:
    """Any extension; `value` is what it says, encoded."""
    parts = [der.object_identifier(identifier), *([_TRUE] if critical else []), der.octet_string(value)]
    return der.sequence(*parts)


def basic_constraints_of_ca() -> bytes:
    """The subject is a CA, and no CA comes below it (RFC 5280, 4.2.1.9)."""
    return extension("2.5.29.19", der.sequence(_TRUE, der.integer(0)), critical=True)


def key_usage(*bits: int) -> bytes:
    """What the key is for (RFC 5280, 4.2.1.3)."""
    return extension("2.5.29.15", der.named_bits(*bits), critical=True)


def extended_key_usage(*purposes: str) -> bytes:
    """What the key is for, by object identifiers (RFC 5280, 4.2.1.12)."""
    return extension("2.5.29.37", der.sequence(*(der.object_identifier(purpose) for purpose in purposes)))


def subject_key_identifier(key: ec.EllipticCurvePublicKey) -> bytes:
    """By which a CA's certificate is found (RFC 5280, 4.2.1.2)."""
    return extension("2.5.29.14", der.octet_string(_key_identifier(key)))


def authority_key_identifier(key: ec.EllipticCurvePublicKey) -> bytes:
    """By which the issuer's certificate is found (RFC 5280, 4.2.1.1)."""
    return extension("2.5.29.35", der.sequence(tlv.encode(_KEY_IDENTIFIER_TAG, _key_identifier(key))))


def _key_identifier(key: ec.EllipticCurvePublicKey) -> bytes:
    # SHA-1 as RFC 5280, 4.2.1.2 has it; nothing rests on its strength.
    return hashlib.sha1(uncompressed_point(key.public_numbers()), usedforsecurity=False).digest()


def subject_public_key_info(key: PublicKey) -> bytes:
    """SubjectPublicKeyInfo (RFC 5480, 2; RFC 3279, 2.3.1)."""
    if isinstance(key, rsa.RSAPublicKey):
        algorithm = der.sequence(der.object_identifier(_RSA_ENCRYPTION), der.null())
        return der.sequence(algorithm, der.bit_string(rsa_public_key(key)))
    algorithm = der.sequence(der.object_identifier(_EC_PUBLIC_KEY), der.object_identifier(_CURVES[key.curve.name]))
    return der.sequence(algorithm, der.bit_string(uncompressed_point(key.public_numbers())))


def rsa_public_key(key: rsa.RSAPublicKey) -> bytes:
    """RSAPublicKey (PKCS #1, A.1.1)."""
    numbers = key.public_numbers()
    return der.sequence(der.integer(numbers.n), der.integer(numbers.e))


def _name(name: Name) -> bytes:
    return der.sequence(*(_attribute(identifier, value) for identifier, value in name))


def _midnight(date: datetime.date) -> bytes:
    return der.midnight(date.year, date.month, date.day)


def _attribute(identifier: str, value: str) -> bytes:
    encoded = der.printable_string(value) if identifier in _PRINTABLE else der.utf8_string(value)
    return tlv.encode(der.SET, der.sequence(der.object_identifier(identifier), encoded))

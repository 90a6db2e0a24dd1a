"""What a card vouches for its keys with: an attestation key, certified by the emulator's one test issuer.

Both keys come from a constant seed, the card's also from its profile's id and serial number, so that every certificate
is the same one byte for byte every time. They protect nothing: whoever has this file can make them.
"""

from __future__ import annotations

from functools import cache, lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from stuntcard.card import certificate
from stuntcard.card.certificate import Name, ToBeSigned
from stuntcard.card.factory_ca import ATTRIBUTES, VALID, derive_key, derive_serial
from stuntcard.profile.model import KeyAlgorithm, Profile, SubjectAttribute

_SEED = "Stuntcard card attestation"
_ISSUER = "issuer"
_ORGANIZATION = (ATTRIBUTES[SubjectAttribute.ORGANIZATION], "TEST Stuntcard")
_ISSUER_NAME: Name = (
    _ORGANIZATION,
    (ATTRIBUTES[SubjectAttribute.COMMON_NAME], "TEST Stuntcard card attestation issuer"),
)
_CARDS_KEPT = 16


def sign(profile: Profile, statement: bytes) -> bytes:
    """The card's signature of a statement about a key: ECDSA on P-256 with SHA-256, as the DER sequence of r and s."""
    key = _card_key(profile.id, profile.token.serial)
    return key.sign(statement, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def card_certificate(profile: Profile) -> bytes:
    """The certificate of the key that a card signs statements with, in DER."""
    return _card_certificate(profile.id, profile.token.serial)


@cache
def issuer_certificate() -> bytes:
    """The certificate of the test issuer, the same for all cards, in DER."""
    return certificate.root(derive_serial(_SEED, _ISSUER), _ISSUER_NAME, VALID, _issuer_key())


@lru_cache(_CARDS_KEPT)
def _card_certificate(profile: str, serial: str) -> bytes:
    public_key = _card_key(profile, serial).public_key()
    subject = (
        _ORGANIZATION,
        (ATTRIBUTES[SubjectAttribute.COMMON_NAME], f"TEST Stuntcard card attestation {profile}"),
        (ATTRIBUTES[SubjectAttribute.SERIAL_NUMBER], serial),
    )
    extensions = (
        certificate.key_usage(certificate.DIGITAL_SIGNATURE),
        certificate.subject_key_identifier(public_key),
        certificate.authority_key_identifier(_issuer_key().public_key()),
    )
    number = derive_serial(_SEED, _label(profile, serial))
    return certificate.sign(ToBeSigned(number, _ISSUER_NAME, subject, *VALID, public_key, extensions), _issuer_key())


@cache
def _issuer_key() -> ec.EllipticCurvePrivateKey:
    return derive_key(_SEED, _ISSUER, KeyAlgorithm.EC_P521)


@lru_cache(_CARDS_KEPT)
def _card_key(profile: str, serial: str) -> ec.EllipticCurvePrivateKey:
    return derive_key(_SEED, _label(profile, serial), KeyAlgorithm.EC_P256)


def _label(profile: str, serial: str) -> str:
    return f"card {profile} {serial}"

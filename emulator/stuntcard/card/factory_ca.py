"""A throw-away test CA, which issues the certificates that a card leaves the factory with.

Everything comes from a seed: keys, serial numbers and signatures (RFC 6979), so that a card of one profile is the same
one byte for byte every time. Such keys protect nothing: whoever has the profile has them.
"""

from __future__ import annotations

import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from stuntcard.card import certificate
from stuntcard.card.certificate import Name, ToBeSigned
from stuntcard.card.curves import DOMAINS
from stuntcard.card.keys import PrivateKey, PublicKey
from stuntcard.iso7816 import der
from stuntcard.profile.model import FactoryKey, KeyAlgorithm, KeyUsage, Personalisation, Qualified, SubjectAttribute

_CURVES: dict[KeyAlgorithm, ec.EllipticCurve] = {
    KeyAlgorithm.EC_P256: ec.SECP256R1(),
    KeyAlgorithm.EC_P521: ec.SECP521R1(),
}
_CA = "factory CA"
_CA_ALGORITHM = KeyAlgorithm.EC_P521
"""As the CA of the Czech identity cards."""
VALID = (datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))
"""How long test certificates are valid that no profile says it of."""
_EXTRA_BITS = 64
"""Bits beyond the order's, which make a reduced random number as good as even (FIPS 186-5, A.2.1)."""
_SERIAL_LENGTH = 16

_CZECH_CARD = "1.2.203.7064.1.1.11"
ATTRIBUTES = {
    SubjectAttribute.COMMON_NAME: "2.5.4.3",
    SubjectAttribute.SURNAME: "2.5.4.4",
    SubjectAttribute.SERIAL_NUMBER: "2.5.4.5",
    SubjectAttribute.COUNTRY: "2.5.4.6",
    SubjectAttribute.LOCALITY: "2.5.4.7",
    SubjectAttribute.STATE: "2.5.4.8",
    SubjectAttribute.STREET: "2.5.4.9",
    SubjectAttribute.ORGANIZATION: "2.5.4.10",
    SubjectAttribute.GIVEN_NAME: "2.5.4.42",
    SubjectAttribute.BIRTH_DATE: f"{_CZECH_CARD}.1",
    SubjectAttribute.SEX: f"{_CZECH_CARD}.2",
    SubjectAttribute.BIRTH_PLACE: f"{_CZECH_CARD}.4",
    SubjectAttribute.BIRTH_NUMBER: f"{_CZECH_CARD}.5",
    SubjectAttribute.MARITAL_STATUS: f"{_CZECH_CARD}.6",
    SubjectAttribute.NATIONALITY: f"{_CZECH_CARD}.7",
}
_USAGES = {
    KeyUsage.DIGITAL_SIGNATURE: certificate.DIGITAL_SIGNATURE,
    KeyUsage.CONTENT_COMMITMENT: certificate.CONTENT_COMMITMENT,
}
_CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2"

_QC_STATEMENTS = "1.3.6.1.5.5.7.1.3"
"""RFC 3739, 3.2.6."""
_QC_COMPLIANCE, _QC_SSCD, _QC_TYPE, _QC_TYPE_ESIGN = (f"0.4.0.1862.1.{end}" for end in ("1", "4", "6", "6.1"))
"""ETSI EN 319 412-5."""


def derive_key(seed: str, label: str, algorithm: KeyAlgorithm) -> ec.EllipticCurvePrivateKey:
    """The key on a curve that a seed gives for a label; the same one every time."""
    curve = _CURVES[algorithm]
    order = next(int(domain.order, 16) for domain in DOMAINS if domain.curve is type(curve))
    octets = _derive(seed, f"key {algorithm} {label}", (order.bit_length() + _EXTRA_BITS + 7) // 8)
    return ec.derive_private_key(int.from_bytes(octets) % (order - 1) + 1, curve)


def derive_factory_key(seed: str, label: str, algorithm: KeyAlgorithm) -> PrivateKey:
    """The same for any algorithm that a key from the factory can be of."""
    if algorithm is KeyAlgorithm.RSA_2048:
        from stuntcard.card.seeded_rsa import derive_rsa_key

        return derive_rsa_key(seed, label)
    return derive_key(seed, label, algorithm)


def derive_serial(seed: str, label: str) -> int:
    """The serial number that a seed gives for a label, of 16 bytes, above zero (RFC 5280, 4.1.2.2)."""
    return int.from_bytes(_derive(seed, f"serial number {label}", _SERIAL_LENGTH)) | 1


def ca_certificate(seed: str) -> bytes:
    """The certificate of the CA of a seed, in DER."""
    return certificate.root(derive_serial(seed, _CA), _ca_name(seed), VALID, _ca_key(seed))


def issue(personalisation: Personalisation, key: FactoryKey, public_key: PublicKey, card: str = "") -> bytes:
    """The certificate that a personalisation asks for, in DER.

    `card`: the serial number of the card that it is for. Cards of one model have certificates with numbers of their
    own, as clients keep copies of a card's files by the number of its certificate.
    """
    seed, asked = personalisation.seed, key.certificate
    ca_key = _ca_key(seed)
    extensions = [
        certificate.key_usage(*(_USAGES[usage] for usage in asked.key_usage)),
        certificate.authority_key_identifier(ca_key.public_key()),
    ]
    if asked.client_authentication:
        extensions.append(certificate.extended_key_usage(_CLIENT_AUTHENTICATION))
    if asked.qualified is not None:
        extensions.append(certificate.extension(_QC_STATEMENTS, _qc_statements(asked.qualified)))
    content = ToBeSigned(
        serial=_serial(personalisation, key, card),
        issuer=_ca_name(seed),
        subject=[(ATTRIBUTES[name], value) for name, value in asked.subject.items()],
        valid_from=asked.valid.from_,
        valid_until=asked.valid.until,
        public_key=public_key,
        extensions=extensions,
    )
    return certificate.sign(content, ca_key)


def _ca_key(seed: str) -> ec.EllipticCurvePrivateKey:
    return derive_key(seed, _CA, _CA_ALGORITHM)


def _ca_name(seed: str) -> Name:
    """A name of its own for the CA of every seed: their keys differ."""
    return (
        (ATTRIBUTES[SubjectAttribute.ORGANIZATION], "TEST Stuntcard"),
        (ATTRIBUTES[SubjectAttribute.COMMON_NAME], f"TEST factory CA {seed}"),
    )


def _serial(personalisation: Personalisation, key: FactoryKey, card: str) -> int:
    number = personalisation.document_number
    if key.certificate.serial == "document-number" and number is not None:
        return int.from_bytes(number.encode("ascii"))
    return derive_serial(personalisation.seed, f"{key.id} {card}".rstrip())


def _qc_statements(qualified: Qualified) -> bytes:
    """What the extension QCStatements says: compliance, the device where the key is on one, and the type esign."""
    types = der.sequence(der.object_identifier(_QC_TYPE_ESIGN))
    statements = [
        der.sequence(der.object_identifier(_QC_COMPLIANCE)),
        der.sequence(der.object_identifier(_QC_TYPE), types),
    ]
    if qualified.on_device:
        statements.insert(1, der.sequence(der.object_identifier(_QC_SSCD)))
    return der.sequence(*statements)


def _derive(seed: str, purpose: str, length: int) -> bytes:
    return HKDF(hashes.SHA512(), length, salt=None, info=purpose.encode("utf-8")).derive(seed.encode("utf-8"))

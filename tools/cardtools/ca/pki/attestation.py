"""Whether a card's statement about one of its keys is to be believed. Pure: it knows no clock and no database.

The form is that of docs/manage-applet.md: a template E5 signed by the card's attestation key (ECDSA with SHA-256), and
the certificate of that key, whose subject names the card's serial number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import parser
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cardtools.common import foreign
from cardtools.common.foreign import ForeignError
from cardtools.common.protocol import Attestation
from cardtools.common.terms import KeyOrigin

_STATEMENT = 0xE5
_VERSION, _PROFILE, _SERIAL, _KEY_NUMBER, _AREA, _ORIGIN, _PUBLIC_KEY, _NONCE = range(0x80, 0x88)
_VERSION_1 = b"\x01"
_LONG_TAG = 0x1F


class StatementRefusedError(Exception):
    """The statement is not to be believed. The message says why."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a card says about one of its keys."""

    profile: str
    card_number: str
    """The card's serial number, in upper-case hexadecimal."""
    key_number: int
    area: str
    origin: KeyOrigin
    public_key: bytes = field(repr=False)
    """SubjectPublicKeyInfo, DER."""
    nonce: bytes = field(repr=False)


def check(
    attestation: Attestation, *, issuers: Sequence[x509.Certificate], public_key: bytes, at: datetime
) -> Statement:
    """The statement, when one of the issuers vouches for the card, and the card for this public key.

    Whether its nonce is one that was given out and not used yet is for the caller to see. Raises StatementRefusedError.
    """
    statement_bytes = bytes.fromhex(attestation.statement)
    try:
        with foreign.reading("certificate", StatementRefusedError):
            certificate = foreign.certificate(bytes.fromhex(attestation.certificate))
            _check_issued(certificate, issuers, at)
            _check_signature(certificate, bytes.fromhex(attestation.signature), statement_bytes)
            numbers, names = (_names(certificate, kind) for kind in (NameOID.SERIAL_NUMBER, NameOID.COMMON_NAME))
    except ForeignError as error:
        raise StatementRefusedError("its certificate can't be read") from error
    statement = _parse(statement_bytes)
    if numbers != [statement.card_number]:
        raise StatementRefusedError("it is signed by another card than it names")
    if names != [f"TEST Stuntcard card attestation {statement.profile}"]:
        raise StatementRefusedError("it is signed by a card of another kind than it names")
    if _normal(statement.public_key) != public_key:
        raise StatementRefusedError("it is about another key than the one requested for")
    return statement


def _check_issued(certificate: x509.Certificate, issuers: Sequence[x509.Certificate], at: datetime) -> None:
    issuer = next((issuer for issuer in issuers if _issued(certificate, issuer)), None)
    if issuer is None:
        raise StatementRefusedError("its certificate is of no issuer of cards that this CA knows")
    for link in (certificate, issuer):
        if not link.not_valid_before_utc <= at <= link.not_valid_after_utc:
            raise StatementRefusedError("its certificate is not valid now")
    if _is_authority(certificate):
        raise StatementRefusedError("its certificate is an issuer's, not a card's")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        with foreign.reading("signature"):
            certificate.verify_directly_issued_by(issuer)
    except ForeignError:
        return False
    return _is_authority(issuer)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _check_signature(certificate: x509.Certificate, signature: bytes, statement: bytes) -> None:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise StatementRefusedError("its certificate has a key of a kind that cards do not attest with")
    try:
        key.verify(signature, statement, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise StatementRefusedError("its signature does not hold") from error


def _parse(data: bytes) -> Statement:
    try:
        [(tag, statement)] = _objects(data).items()
        if tag != _STATEMENT:
            raise StatementRefusedError("it can't be read")
        values = _objects(statement)
        if values[_VERSION] != _VERSION_1:
            raise StatementRefusedError("it has a form that this CA does not know")
        return Statement(
            profile=values[_PROFILE].decode(),
            card_number=values[_SERIAL].hex().upper(),
            key_number=int.from_bytes(values[_KEY_NUMBER], "big"),
            area=values[_AREA].decode(),
            origin=KeyOrigin(int.from_bytes(values[_ORIGIN], "big")),
            public_key=values[_PUBLIC_KEY],
            nonce=values[_NONCE],
        )
    except KeyError as error:
        raise StatementRefusedError(f"it lacks the field {error.args[0]:02X}") from error
    except ValueError as error:
        raise StatementRefusedError("it can't be read") from error


def _objects(data: bytes) -> dict[int, bytes]:
    """The values of the data objects in a row, by tag of one byte. Raises ValueError: not DER, or a tag twice."""
    values: dict[int, bytes] = {}
    while data:
        class_, method, tag, header, content, trailer = parser.parse(data)
        one = header + content + trailer
        if one != parser.emit(class_, method, tag, content) or tag >= _LONG_TAG or header[0] in values:
            raise ValueError("no data objects in DER, each there once")
        values[header[0]] = content
        data = data[len(one) :]
    return values


def _names(certificate: x509.Certificate, identifier: x509.ObjectIdentifier) -> list[str | bytes]:
    return [attribute.value for attribute in certificate.subject.get_attributes_for_oid(identifier)]


def _normal(public_key: bytes) -> bytes:
    """The one DER form of a public key."""
    try:
        with foreign.reading("public key"):
            key = foreign.public_key(public_key)
            return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    except ForeignError as error:
        raise StatementRefusedError("its public key can't be read") from error


def load_issuers(pem: bytes) -> list[x509.Certificate]:
    """The issuers in a PEM file. Raises ValueError."""
    return foreign.certificates(pem)

"""Answers about the state of single certificates: OCSP (RFC 6960)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from cardtools.ca.office.service import Service
from cardtools.ca.pki.reasons import reason_flag
from cardtools.ca.pki.serial_numbers import hexadecimal
from cardtools.ca.store import certificate_rows, own_certificate_rows
from cardtools.ca.store.certificate_rows import CertificateRecord
from cardtools.common import foreign
from cardtools.common.foreign import ForeignError
from cardtools.common.terms import IssuingCa

_SERIAL_BITS = 159
"""Of a positive INTEGER in 20 octets (RFC 5280, 4.1.2.2)."""
_HOLDS_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Asked:
    """An OCSP request, read."""

    serial: int
    algorithm: hashes.HashAlgorithm
    issuer_hashes: tuple[bytes, bytes]
    nonce: x509.OCSPNonce | None


def _read(request: bytes) -> _Asked:
    """Reads a request. Raises ForeignError."""
    with foreign.reading("OCSP request"):
        asked = ocsp.load_der_ocsp_request(request)
        if not 0 < asked.serial_number < 1 << _SERIAL_BITS:
            raise ForeignError("a serial number that no certificate may have (RFC 5280, 4.1.2.2)")
        hashes_of_issuer = asked.issuer_name_hash, asked.issuer_key_hash
        return _Asked(asked.serial_number, asked.hash_algorithm, hashes_of_issuer, _nonce(asked))


def answer(service: Service, request: bytes) -> bytes:
    """The answer to an OCSP request, both DER. What can't be read is answered with OCSP's own error status."""
    try:
        asked = _read(request)
    except ForeignError:
        return _unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    ca = _ca_asked_of(service, asked)
    if ca is None:
        return _unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)
    status, record = _status(service, ca, asked.serial)
    at = service.clock()
    responder = service.authority.cas[ca].responder
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(
            *asked.issuer_hashes,
            asked.serial,
            asked.algorithm,
            status,
            at,
            at + _HOLDS_FOR,
            None if record is None else record.revoked,
            None if record is None else reason_flag(record.revocation_reason),
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        .certificates([responder.certificate])
    )
    if asked.nonce is not None:
        builder = builder.add_extension(asked.nonce, critical=False)
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def answer_in_path(service: Service, encoded: str) -> bytes:
    """The answer to a request that stands in the path of a GET, in base64 (RFC 6960, A.1)."""
    try:
        request = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return _unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    return answer(service, request)


_HASHES = (hashes.SHA1, hashes.SHA224, hashes.SHA256, hashes.SHA384, hashes.SHA512)


def _nonce(request: ocsp.OCSPRequest) -> x509.OCSPNonce | None:
    try:
        return request.extensions.get_extension_for_class(x509.OCSPNonce).value
    except x509.ExtensionNotFound:
        return None


def _issuer_hashes(issuer: x509.Certificate, algorithm: hashes.HashAlgorithm) -> tuple[bytes, bytes]:
    """Of the issuer's name and of its public key's bit string (RFC 6960, 4.1.1)."""
    key = issuer.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    return _hash(issuer.subject.public_bytes(), algorithm), _hash(key, algorithm)


def _hash(data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(data)
    return digest.finalize()


def _ca_asked_of(service: Service, asked: _Asked) -> IssuingCa | None:
    """Which of the issuing CAs the certificate is said to be of; None when it is none of ours."""
    if not isinstance(asked.algorithm, _HASHES):
        return None
    for name, ca in service.authority.cas.items():
        if asked.issuer_hashes == _issuer_hashes(ca.issuing.certificate, asked.algorithm):
            return name
    return None


def _status(service: Service, ca: IssuingCa, serial: int) -> tuple[ocsp.OCSPCertStatus, CertificateRecord | None]:
    """The status among the certificates of one of the issuing CAs, and the certificate when it is revoked."""
    number = hexadecimal(serial)
    with service.database.reading() as connection:
        record = certificate_rows.find(connection, number)
        own = own_certificate_rows.find(connection, number)
    if record is not None and record.issuing_ca is ca:
        return (ocsp.OCSPCertStatus.GOOD, None) if record.revoked is None else (ocsp.OCSPCertStatus.REVOKED, record)
    # The CA's own certificates are never revoked.
    issuer = service.authority.cas[ca].issuing.certificate.subject
    if own is not None and foreign.certificate(own).issuer == issuer:
        return ocsp.OCSPCertStatus.GOOD, None
    return ocsp.OCSPCertStatus.UNKNOWN, None


def _unsuccessful(status: ocsp.OCSPResponseStatus) -> bytes:
    answer = ocsp.OCSPResponseBuilder.build_unsuccessful(status)
    return answer.public_bytes(serialization.Encoding.DER)

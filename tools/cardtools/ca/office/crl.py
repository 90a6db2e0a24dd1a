"""The lists of revoked certificates (RFC 5280, 5)."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from cardtools.ca.office.service import Service
from cardtools.ca.pki.credentials import Credential
from cardtools.ca.pki.reasons import reason_flag
from cardtools.ca.store import certificate_rows
from cardtools.ca.store.certificate_rows import CertificateRecord
from cardtools.common.terms import IssuingCa

_HOLDS_FOR = timedelta(days=1)


def issuing_list(service: Service, ca: IssuingCa) -> bytes:
    """The list of one of the issuing CAs, DER."""
    with service.database.reading() as connection:
        revoked = certificate_rows.revoked(connection, ca, service.clock())
    return _list(service, service.authority.cas[ca].issuing, [_entry(record) for record in revoked])


def root_list(service: Service) -> bytes:
    """The root's list, DER: it never revoked anything."""
    return _list(service, service.authority.root, [])


def _list(service: Service, issuer: Credential, entries: list[x509.RevokedCertificate]) -> bytes:
    at = service.clock()
    identifier = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateRevocationListBuilder(revoked_certificates=entries)
        .issuer_name(issuer.certificate.subject)
        .last_update(at)
        .next_update(at + _HOLDS_FOR)
        # A list is made for each call: the time is a number that grows with each (RFC 5280, 5.2.3).
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    )
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _entry(record: CertificateRecord) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(int(record.serial, 16))
    if record.revoked is not None:
        builder = builder.revocation_date(record.revoked)
    reason = reason_flag(record.revocation_reason)
    if reason is not None:
        builder = builder.add_extension(x509.CRLReason(reason), critical=False)
    return builder.build()

"""QCStatements of a qualified certificate (RFC 3739, 3.2.6; ETSI EN 319 412-5)."""

from __future__ import annotations

from enum import StrEnum

from cryptography import x509

from cardtools.ca.pki import der

QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")

QC_COMPLIANCE = "0.4.0.1862.1.1"
"""EN 319 412-5, 4.2.1: a qualified certificate of the EU."""
QC_SSCD = "0.4.0.1862.1.4"
"""EN 319 412-5, 4.2.2: the private key is on a qualified device. What the documents call the QESCD mark."""
QC_PDS = "0.4.0.1862.1.5"
"""EN 319 412-5, 4.3.4: where the PKI disclosure statement is."""
QC_TYPE = "0.4.0.1862.1.6"
"""EN 319 412-5, 4.2.3: what for."""


class QcType(StrEnum):
    """EN 319 412-5, 4.2.3."""

    ESIGN = "0.4.0.1862.1.6.1"
    ESEAL = "0.4.0.1862.1.6.2"


def statements(qc_type: QcType, *, on_device: bool, disclosure: str, language: str) -> x509.UnrecognizedExtension:
    """The extension. `disclosure` is the address of the disclosure statement, in `language` (ISO 639-1)."""
    compliance = _statement(QC_COMPLIANCE)
    device = _statement(QC_SSCD) if on_device else b""
    kind = _statement(QC_TYPE, der.encode(der.SEQUENCE, der.object_identifier(qc_type)))
    location = der.encode(
        der.SEQUENCE,
        der.encode(der.IA5_STRING, disclosure.encode("ascii")),
        der.encode(der.PRINTABLE_STRING, language.encode("ascii")),
    )
    where = _statement(QC_PDS, der.encode(der.SEQUENCE, location))
    return x509.UnrecognizedExtension(QC_STATEMENTS, der.encode(der.SEQUENCE, compliance, device, kind, where))


def _statement(identifier: str, information: bytes = b"") -> bytes:
    return der.encode(der.SEQUENCE, der.object_identifier(identifier), information)

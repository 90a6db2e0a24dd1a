"""The extension QCStatements (RFC 3739, 3.2.6), and what ETSI EN 319 412-5 states in it."""

from __future__ import annotations

from asn1crypto.core import Any, IA5String, ObjectIdentifier, PrintableString, Sequence, SequenceOf
from cryptography import x509

from cardtools.common import foreign

QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")

QC_COMPLIANCE = "0.4.0.1862.1.1"
"""EN 319 412-5, 4.2.1: a qualified certificate of the EU."""
QC_SSCD = "0.4.0.1862.1.4"
"""EN 319 412-5, 4.2.2: the private key is on a qualified device. What the documents call the QESCD mark."""
QC_PDS = "0.4.0.1862.1.5"
"""EN 319 412-5, 4.3.4: where the PKI disclosure statement is."""
QC_TYPE = "0.4.0.1862.1.6"
"""EN 319 412-5, 4.2.3: what for."""

QC_SEMANTICS = "1.3.6.1.5.5.7.11.2"
"""RFC 3739, 3.2.6.1: by what rules the subject's identifier is written."""
SEMANTICS_NATURAL, SEMANTICS_LEGAL = "0.4.0.194121.1.1", "0.4.0.194121.1.2"
"""EN 319 412-1, 5.1: those for a natural person's serialNumber, and for an organisationIdentifier."""


class SemanticsInformation(Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """RFC 3739, 3.2.6.1, without the registration authorities."""

    _fields = [("identifier", ObjectIdentifier)]  # noqa: RUF012 - asn1crypto's way


class QcTypes(SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    """EN 319 412-5, 4.2.3."""

    _child_spec = ObjectIdentifier


class PdsLocation(Sequence):  # type: ignore[misc]
    """EN 319 412-5, 4.3.4: an address, and the language (ISO 639-1) of what is there."""

    _fields = [("url", IA5String), ("language", PrintableString)]  # noqa: RUF012 - asn1crypto's way


class PdsLocations(SequenceOf):  # type: ignore[misc]
    """EN 319 412-5, 4.3.4."""

    _child_spec = PdsLocation


class QcStatement(Sequence):  # type: ignore[misc]
    """RFC 3739, 3.2.6. What it says besides is not looked at when it is read: others' statements may be of any form."""

    _fields = [("id", ObjectIdentifier), ("info", Any, {"optional": True})]  # noqa: RUF012


class QcStatements(SequenceOf):  # type: ignore[misc]
    """RFC 3739, 3.2.6."""

    _child_spec = QcStatement


def statements_in(certificate: x509.Certificate) -> frozenset[str]:
    """The OIDs of a certificate's statements; none when it has no such extension. Raises ForeignError."""
    try:
        extension = certificate.extensions.get_extension_for_oid(QC_STATEMENTS).value
    except x509.ExtensionNotFound:
        return frozenset()
    assert isinstance(extension, x509.UnrecognizedExtension), "cryptography does not know this extension"
    with foreign.reading("QCStatements"):
        return frozenset(statement["id"].dotted for statement in QcStatements.load(extension.value))

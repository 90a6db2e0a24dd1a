"""The QCStatements that the CA puts into a qualified certificate (RFC 3739, 3.2.6; ETSI EN 319 412-5)."""

from __future__ import annotations

from enum import StrEnum

from cryptography import x509

from cardtools.common.qc_statements import (
    QC_COMPLIANCE,
    QC_PDS,
    QC_SEMANTICS,
    QC_SSCD,
    QC_STATEMENTS,
    QC_TYPE,
    SEMANTICS_LEGAL,
    SEMANTICS_NATURAL,
    PdsLocations,
    QcStatements,
    QcTypes,
    SemanticsInformation,
)


class QcType(StrEnum):
    """EN 319 412-5, 4.2.3."""

    ESIGN = "0.4.0.1862.1.6.1"
    ESEAL = "0.4.0.1862.1.6.2"


def statements(qc_type: QcType, *, on_device: bool, disclosure: str, language: str) -> x509.UnrecognizedExtension:
    """The extension. `disclosure` is the address of the disclosure statement, in `language` (ISO 639-1)."""
    semantics = SEMANTICS_LEGAL if qc_type is QcType.ESEAL else SEMANTICS_NATURAL
    stated = QcStatements(
        [
            {"id": QC_SEMANTICS, "info": SemanticsInformation({"identifier": semantics})},
            {"id": QC_COMPLIANCE},
            *([{"id": QC_SSCD}] if on_device else []),
            {"id": QC_TYPE, "info": QcTypes([qc_type.value])},
            {"id": QC_PDS, "info": PdsLocations([{"url": disclosure, "language": language}])},
        ]
    )
    return x509.UnrecognizedExtension(QC_STATEMENTS, stated.dump())

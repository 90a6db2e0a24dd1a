"""The reasons for revoking, and how CRL and OCSP tell them."""

from __future__ import annotations

from enum import StrEnum

from cryptography import x509


class RevocationReason(StrEnum):
    """Why a certificate is revoked (RFC 5280, 5.3.1), as far as a holder or the CA has these reasons."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"


def reason_flag(reason: str | None) -> x509.ReasonFlags | None:
    """The reason as it is told: "unspecified" by leaving it out."""
    return None if reason in (None, RevocationReason.UNSPECIFIED) else x509.ReasonFlags(reason)

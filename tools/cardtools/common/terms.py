"""What the tools call things: kinds of certificates, states of requests, why the CA refuses, what a client numbers."""

from __future__ import annotations

from enum import StrEnum


class CertificateProfile(StrEnum):
    """What kind of certificate is asked for."""

    COMMERCIAL = "commercial"
    QUALIFIED = "qualified"
    SEAL = "seal"


class RequestState(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    ISSUED = "issued"
    REFUSED = "refused"


class Problem(StrEnum):
    """Why the CA refuses something. `detail` of the answer says it in words."""

    BAD_REQUEST = "bad-request"
    BAD_SIGNATURE = "bad-signature"
    KEY_NOT_TAKEN = "key-not-taken"
    KEY_USED_BEFORE = "key-used-before"
    STATEMENT_REFUSED = "statement-refused"
    BOUND_TO_ANOTHER = "bound-to-another"
    OLD_CERTIFICATE_NOT_VALID = "old-certificate-not-valid"
    NOT_FOUND = "not-found"
    NOT_ISSUED_YET = "not-issued-yet"
    NOT_ALLOWED = "not-allowed"
    ALREADY_DONE = "already-done"
    STILL_VALID_CERTIFICATES = "still-valid-certificates"
    TOO_MANY_REQUESTS = "too-many-requests"
    INTERNAL_ERROR = "internal-error"


class Trouble(StrEnum):
    """What an enrolment client's numbered errors are about."""

    NO_PLACE = "no-place"
    NO_SPACE = "no-space"
    MANAGER_OUTDATED = "manager-outdated"

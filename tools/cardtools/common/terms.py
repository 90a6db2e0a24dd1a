"""What all tools name alike: kinds of certificates, states of requests, origins of keys, why the CA refuses."""

from __future__ import annotations

from enum import IntEnum, StrEnum


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


class KeyOrigin(IntEnum):
    """Where a key on a card came from, as the card's manage applet and its attestations number it."""

    MADE = 0
    IMPORTED = 1
    FACTORY = 2


class Problem(StrEnum):
    """Why the CA refuses something: the type of a problem (RFC 9457). `detail` of the answer says it in words."""

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

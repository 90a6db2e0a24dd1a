"""What all tools name alike: kinds of certificates, states of requests, origins of keys, why the CA refuses."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class CertificateProfile(StrEnum):
    """What kind of certificate is asked for."""

    COMMERCIAL = "commercial"
    QUALIFIED = "qualified"
    SEAL = "seal"


class Validity(StrEnum):
    """For how long a follow-on is asked for (PQ-32)."""

    ONE_YEAR = "one-year"
    SEVERAL_YEARS = "several-years"


class IssuingCa(StrEnum):
    """The CAs under the root. Each has its own key, and answers for its own certificates and no other's (TM-11)."""

    PUBLIC = "public"
    """Issues commercial certificates."""
    QUALIFIED = "qualified"
    """Issues qualified ones, those for seals among them; and the time-stamping unit's."""
    SINGLE = "single"
    """The one that issued everything at CAs made before there were two. It answers, and issues no more."""


class RequestState(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    ISSUED = "issued"
    REFUSED = "refused"


class UndoState(StrEnum):
    """Where a request to undo the bond of a card stands."""

    PENDING = "pending"
    DONE = "done"
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
    NOT_RENEWED = "not-renewed"
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

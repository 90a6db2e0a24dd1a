"""What of an applicant can stand in a certificate. The client asks before a key is made, the CA before it issues."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

NAME_BYTES = 64
"""ub-common-name and ub-organization-name (RFC 5280, A.1), counted in bytes of UTF-8 as strict readers do."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
"""As an rfc822Name has it (RFC 5280, 4.2.1.6), and without quoted parts and comments (RFC 5321, 4.1.2: Dot-string)."""
_LOCAL_LENGTH, _ADDRESS_LENGTH = 64, 254
"""RFC 5321, 4.5.3.1.1 and 4.5.3.1.3."""


class ApplicantFlaw(StrEnum):
    """Why a text can't stand in a certificate."""

    EMPTY = "empty"
    CONTROL_CHARACTER = "control-character"
    TOO_LONG = "too-long"
    NOT_AN_ADDRESS = "not-an-address"


def flaw_in_name(text: str) -> ApplicantFlaw | None:
    """What is wrong with a name of a person or an organisation."""
    if not text.strip():
        return ApplicantFlaw.EMPTY
    if any(unicodedata.category(character).startswith("C") for character in text):
        return ApplicantFlaw.CONTROL_CHARACTER
    return ApplicantFlaw.TOO_LONG if len(text.strip().encode()) > NAME_BYTES else None


def flaw_in_address(text: str) -> ApplicantFlaw | None:
    """What is wrong with an e-mail address."""
    if not _ADDRESS.fullmatch(text):
        return ApplicantFlaw.NOT_AN_ADDRESS
    too_long = len(text) > _ADDRESS_LENGTH or len(text.partition("@")[0]) > _LOCAL_LENGTH
    return ApplicantFlaw.TOO_LONG if too_long else None

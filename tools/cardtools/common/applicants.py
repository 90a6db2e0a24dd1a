"""What of an applicant can stand in a certificate. The client asks before a key is made, the CA before it issues."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

NAME_BYTES = 64
"""ub-common-name and ub-organization-name (RFC 5280, A.1), counted in bytes of UTF-8 as strict readers do."""

IDENTIFIER = r"^[A-Z]{3}[A-Z]{2}-[A-Za-z0-9./+-]{1,40}$"
"""Its kind, the country, and what that country knows it by (EN 319 412-1, 5.1.3): `IDCCZ-123456789`."""
_OF_PERSONS, _OF_ORGANISATIONS = ("PNO", "IDC", "PAS", "TIN"), ("NTR", "VAT", "LEI")
"""Kinds of identifiers: EN 319 412-1, 5.1.3 and 5.1.4."""

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
    NOT_AN_IDENTIFIER = "not-an-identifier"
    NOT_THE_SURNAME = "not-the-surname"


def flaw_in_name(text: str) -> ApplicantFlaw | None:
    """What is wrong with a name of a person or an organisation."""
    if not text.strip():
        return ApplicantFlaw.EMPTY
    if any(unicodedata.category(character).startswith("C") for character in text):
        return ApplicantFlaw.CONTROL_CHARACTER
    return ApplicantFlaw.TOO_LONG if len(text.strip().encode()) > NAME_BYTES else None


def flaw_in_identifier(text: str, *, of_organisation: bool) -> ApplicantFlaw | None:
    """What is wrong with an identifier of a person or an organisation."""
    kinds = _OF_ORGANISATIONS if of_organisation else _OF_PERSONS
    fits = re.fullmatch(IDENTIFIER, text) and text.startswith(kinds)
    return None if fits else ApplicantFlaw.NOT_AN_IDENTIFIER


def flaw_in_surname(text: str, name: str) -> ApplicantFlaw | None:
    """What is wrong with a surname: a name ends with it."""
    fits = text.split() and name.split()[-len(text.split()) :] == text.split()
    return None if fits else ApplicantFlaw.NOT_THE_SURNAME


def flaw_in_address(text: str) -> ApplicantFlaw | None:
    """What is wrong with an e-mail address."""
    if not _ADDRESS.fullmatch(text):
        return ApplicantFlaw.NOT_AN_ADDRESS
    too_long = len(text) > _ADDRESS_LENGTH or len(text.partition("@")[0]) > _LOCAL_LENGTH
    return ApplicantFlaw.TOO_LONG if too_long else None

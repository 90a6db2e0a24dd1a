"""Who is the same person to the CA."""

from __future__ import annotations

import unicodedata

from cardtools.ca.refused import RefusedError
from cardtools.protocol import Applicant, Problem

_NAME_BYTES = 64
"""ub-common-name and ub-organization-name (RFC 5280, A.1), counted in bytes of UTF-8 as strict readers do."""


def folded(text: str) -> str:
    """Text as it is compared and searched: one form of each letter, one case, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def person_of(applicant: Applicant) -> str:
    """What makes two applicants the same person: name and e-mail address. The organisation may change."""
    return f"{folded(applicant.name)}\n{folded(applicant.e_mail)}"


def check_applicant(applicant: Applicant) -> None:
    """Raises RefusedError when the applicant can't stand in a certificate."""
    for text in (applicant.name, applicant.organisation or ""):
        if any(unicodedata.category(character).startswith("C") for character in text):
            raise RefusedError(Problem.BAD_REQUEST, "A name has a control character in it. Leave it out.")
        if len(text.encode()) > _NAME_BYTES:
            raise RefusedError(
                Problem.BAD_REQUEST, f"A name is too long for a certificate ({_NAME_BYTES} bytes of UTF-8). Shorten it."
            )
    # rfc822Name is an IA5String (RFC 5280, 4.2.1.6).
    if not (applicant.e_mail.isascii() and applicant.e_mail.isprintable()):
        raise RefusedError(Problem.BAD_REQUEST, "The e-mail address has other letters than ASCII. Give one without.")

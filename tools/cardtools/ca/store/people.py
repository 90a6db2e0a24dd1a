"""Who is the same person to the CA."""

from __future__ import annotations

import unicodedata

from cardtools.ca.refused import RefusedError
from cardtools.common.applicants import NAME_BYTES, ApplicantFlaw, flaw_in_address, flaw_in_name
from cardtools.common.protocol import Applicant, Problem

_DETAILS = {
    ApplicantFlaw.EMPTY: "A name is empty. Give one.",
    ApplicantFlaw.CONTROL_CHARACTER: "A name has a control character in it. Leave it out.",
    ApplicantFlaw.TOO_LONG: (
        f"A name or an address is too long for a certificate, where a name has at most {NAME_BYTES} bytes. Shorten it."
    ),
    ApplicantFlaw.NOT_AN_ADDRESS: (
        "That is not an e-mail address that can stand in a certificate. Give one such as jana@example.org, without"
        " accents, spaces and quotation marks."
    ),
}


def folded(text: str) -> str:
    """Text as it is compared and searched: one form of each letter, one case, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def person_of(applicant: Applicant) -> str:
    """What makes two applicants the same person: name and e-mail address. The organisation may change."""
    return f"{folded(applicant.name)}\n{folded(applicant.e_mail)}"


def check_applicant(applicant: Applicant) -> None:
    """Raises RefusedError when the applicant can't stand in a certificate."""
    for name in (applicant.name, applicant.organisation):
        _check(None if name is None else flaw_in_name(name))
    check_address(applicant.e_mail)


def check_address(e_mail: str) -> None:
    """Raises RefusedError unless it is an e-mail address that certificates and signed e-mails can name."""
    _check(flaw_in_address(e_mail))


def _check(flaw: ApplicantFlaw | None) -> None:
    if flaw is not None:
        raise RefusedError(Problem.BAD_REQUEST, _DETAILS[flaw])

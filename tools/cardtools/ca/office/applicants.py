"""Who can stand in a certificate."""

from __future__ import annotations

from cardtools.ca.errors import RefusedError
from cardtools.common.applicants import (
    NAME_BYTES,
    ApplicantFlaw,
    flaw_in_address,
    flaw_in_identifier,
    flaw_in_name,
    flaw_in_surname,
)
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
    ApplicantFlaw.NOT_AN_IDENTIFIER: (
        "That is not an identifier that can stand in such a certificate. Give a person's such as IDCCZ-123456789, or an"
        " organisation's such as NTRCZ-12345678."
    ),
    ApplicantFlaw.NOT_THE_SURNAME: "The name does not end with that surname. Give the name's last words.",
}


def check_applicant(applicant: Applicant, *, for_organisation: bool = False) -> None:
    """Raises RefusedError when the applicant can't stand in a certificate."""
    if applicant.surname is not None:
        _check(flaw_in_surname(applicant.surname, applicant.name))
    if applicant.identifier is not None:
        _check(flaw_in_identifier(applicant.identifier, of_organisation=for_organisation))
    for name in (applicant.name, applicant.organisation):
        _check(None if name is None else flaw_in_name(name))
    check_address(applicant.e_mail)


def check_address(e_mail: str) -> None:
    """Raises RefusedError unless it is an e-mail address that certificates and signed e-mails can name."""
    _check(flaw_in_address(e_mail))


def _check(flaw: ApplicantFlaw | None) -> None:
    if flaw is not None:
        raise RefusedError(Problem.BAD_REQUEST, _DETAILS[flaw])

"""Who can stand in a certificate."""

from __future__ import annotations

from cardtools.ca.errors import RefusedError
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

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

_KEYS = {
    ApplicantFlaw.EMPTY: "applicant-empty",
    ApplicantFlaw.CONTROL_CHARACTER: "applicant-control",
    ApplicantFlaw.TOO_LONG: "applicant-too-long",
    ApplicantFlaw.NOT_AN_ADDRESS: "applicant-address",
    ApplicantFlaw.NOT_AN_IDENTIFIER: "applicant-identifier",
    ApplicantFlaw.NOT_THE_SURNAME: "applicant-surname",
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
        raise RefusedError(Problem.BAD_REQUEST, _KEYS[flaw], most=NAME_BYTES)

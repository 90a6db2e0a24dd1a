"""Certificates that were issued: found, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from cardtools.ca.office import bonds
from cardtools.ca.office.bonds import BoundCard
from cardtools.ca.office.service import Service
from cardtools.ca.refused import RefusedError
from cardtools.ca.store import certificate_rows, request_rows
from cardtools.ca.store.certificate_rows import CertificateRecord
from cardtools.ca.store.people import folded, person_of
from cardtools.common.protocol import Applicant, Problem


class RevocationReason(StrEnum):
    """Why a certificate is revoked (RFC 5280, 5.3.1), as far as a holder or the CA has these reasons."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"


@dataclass(frozen=True, slots=True)
class Person:
    """An applicant, as found: the certificates, oldest first, and the cards bound to the person."""

    applicant: Applicant
    certificates: Sequence[CertificateRecord]
    cards: Sequence[BoundCard]


def find(service: Service, serial: str) -> CertificateRecord:
    """A certificate. Raises RefusedError: not found."""
    with service.database.reading() as connection:
        record = certificate_rows.find(connection, serial)
    if record is None:
        raise RefusedError(Problem.NOT_FOUND, f"There is no certificate {serial}.")
    return record


def of_request(service: Service, request_id: str) -> CertificateRecord:
    """The certificate of a request. Raises RefusedError: not found, not issued yet."""
    with service.database.reading() as connection:
        request = request_rows.find(connection, request_id)
        if request is None:
            raise RefusedError(Problem.NOT_FOUND, f"There is no request {request_id}.")
        record = None if request.serial is None else certificate_rows.find(connection, request.serial)
    if record is None:
        raise RefusedError(Problem.NOT_ISSUED_YET, f"Request {request_id} is {request.state}: no certificate.")
    return record


def find_people(service: Service, words: str) -> list[Person]:
    """The people whose name or e-mail contains the words; those with the newest certificates first."""
    with service.database.reading() as connection:
        matching = certificate_rows.matching(connection, folded(words))
        newest = {person_of(certificate.applicant): certificate.applicant for certificate in reversed(matching)}
        certificates = {person: certificate_rows.of_person(connection, person) for person in newest}
    return [
        Person(applicant, certificates[person], bonds.of_person(service, person))
        for person, applicant in reversed(newest.items())
    ]


def revoke(service: Service, serial: str, reason: RevocationReason, who: str) -> CertificateRecord:
    """Revokes a certificate, for good. Raises RefusedError: not found, already revoked, expired."""
    with service.audit.act(who, "revoke", serial) as act:
        record = certificate_rows.find(act.connection, serial)
        if record is None:
            raise RefusedError(Problem.NOT_FOUND, f"There is no certificate {serial}.")
        at = service.clock()
        if not record.still_valid(at):
            state = "has expired" if record.revoked is None else "is revoked already"
            raise RefusedError(Problem.ALREADY_DONE, f"Certificate {serial} {state}.")
        certificate_rows.set_revoked(act.connection, serial, at, reason)
        act.detail = f"{record.applicant.name}, {reason}"
    return find(service, serial)

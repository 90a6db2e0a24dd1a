"""Certificates that were issued: found, revoked."""

from __future__ import annotations

from cardtools.ca.errors import RefusedError
from cardtools.ca.office.service import Service
from cardtools.ca.pki.reasons import RevocationReason
from cardtools.ca.store import certificate_rows, request_rows
from cardtools.ca.store.certificate_rows import CertificateRecord
from cardtools.ca.store.customer_rows import Scope, within
from cardtools.common.protocol import Problem
from cardtools.common.told import Name


def find(service: Service, serial: str, scope: Scope = None) -> CertificateRecord:
    """A certificate. Raises RefusedError: not found."""
    with service.database.reading() as connection:
        record = certificate_rows.find(connection, serial)
    if record is None or not within(record.customer, scope):
        raise RefusedError(Problem.NOT_FOUND, "office-no-certificate", serial=serial)
    return record


def of_request(service: Service, request_id: str) -> CertificateRecord:
    """The certificate of a request. Raises RefusedError: not found, not issued yet."""
    with service.database.reading() as connection:
        request = request_rows.find(connection, request_id)
        if request is None:
            raise RefusedError(Problem.NOT_FOUND, "office-no-request", request=request_id)
        record = None if request.serial is None else certificate_rows.find(connection, request.serial)
    if record is None:
        state = Name(request.state.value)
        raise RefusedError(Problem.NOT_ISSUED_YET, "office-not-issued", request=request_id, state=state)
    return record


def revoke(service: Service, serial: str, reason: RevocationReason, who: str, scope: Scope = None) -> CertificateRecord:
    """Revokes a certificate, for good. Raises RefusedError: not found, already revoked, expired."""
    with service.audit.act(who, "revoke", serial) as act:
        record = certificate_rows.find(act.connection, serial)
        if record is None or not within(record.customer, scope):
            raise RefusedError(Problem.NOT_FOUND, "office-no-certificate", serial=serial)
        at = service.clock()
        if not record.still_valid(at):
            key = "office-expired" if record.revoked is None else "office-revoked-already"
            raise RefusedError(Problem.ALREADY_DONE, key, serial=serial)
        certificate_rows.set_revoked(act.connection, serial, at, reason)
        act.detail = f"{record.applicant.name}, {reason}"
    return find(service, serial)

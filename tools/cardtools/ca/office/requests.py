"""Requests and renewals: taken in, issued, refused."""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509

from cardtools.ca.errors import RefusedError
from cardtools.ca.office import bonds, challenges, customers
from cardtools.ca.office.applicants import check_applicant
from cardtools.ca.office.audit import AuditedAct
from cardtools.ca.office.service import Service
from cardtools.ca.pki import attestation, pkcs10
from cardtools.ca.pki.attestation import Statement, StatementRefusedError
from cardtools.ca.pki.pkcs10 import Pkcs10
from cardtools.ca.pki.profiles import KINDS, Kind
from cardtools.ca.store import certificate_rows, notice_rows, request_rows
from cardtools.ca.store.cards import CardId
from cardtools.ca.store.certificate_rows import CertificateRecord
from cardtools.ca.store.customer_rows import NOBODY
from cardtools.ca.store.request_rows import RequestRecord
from cardtools.common.messages import Language
from cardtools.common.protocol import (
    Applicant,
    Attestation,
    CertificateProfile,
    CertificateRequest,
    Problem,
    RenewalRequest,
    RequestState,
)
from cardtools.common.terms import KeyOrigin, Validity
from cardtools.common.told import Name

AUTOMATIC = "automatic"
"""Who issues when no operator does."""

_LISTED_AT_MOST = 500


def accept(
    service: Service,
    request: CertificateRequest,
    who: str,
    client: str = "",
    language: Language = Language.ENGLISH,
) -> RequestRecord:
    """Takes in a first request; with `automatic`, issues it in the same act. Raises RefusedError.

    `client` is whom it counts for, where requests that wait are bounded a client at a time; `language` is the one in
    which the applicant is written to.
    """
    with service.audit.act(who, "request", request.applicant.name) as act:
        of_organisation = KINDS[request.profile].for_organisation
        check_applicant(request.applicant, for_organisation=of_organisation)
        asked = pkcs10.read(request.pkcs10)
        customer = customers.of_applicant(act.connection, request.applicant, for_organisation=of_organisation)
        wanted = _Asked(asked, client, language, request.profile, request.applicant, request.attestation, customer)
        return _take_in(service, act, wanted)


def renew(
    service: Service, renewal: RenewalRequest, who: str, client: str = "", language: Language = Language.ENGLISH
) -> RequestRecord:
    """Takes in a request for a follow-on (TM-08), as `accept` does. Raises RefusedError."""
    with service.audit.act(who, "renewal", renewal.old_serial) as act:
        asked = pkcs10.read(renewal.pkcs10)
        old = _certificate_in_use(service, act.connection, renewal.old_serial)
        if not KINDS[old.profile].renewed:
            raise RefusedError(
                Problem.NOT_RENEWED,
                "office-seal-not-renewed",
                serial=old.serial,
            )
        if not pkcs10.proof_holds(old.der, bytes.fromhex(renewal.proof), asked.der):
            raise RefusedError(
                Problem.BAD_SIGNATURE,
                "office-proof",
            )
        wanted = _Asked(
            asked,
            client,
            language,
            old.profile,
            old.applicant,
            renewal.attestation,
            customer=old.customer,
            renewal_of=old.serial,
            validity=renewal.validity,
        )
        return _take_in(service, act, wanted)


def find(service: Service, request_id: str) -> RequestRecord:
    """A request. Raises RefusedError: not found."""
    with service.database.reading() as connection:
        return _request(connection, request_id)


def listed(service: Service, state: RequestState | None = None) -> list[RequestRecord]:
    """The newest requests, of one state or all, newest first."""
    with service.database.reading() as connection:
        return request_rows.newest(connection, state, at_most=_LISTED_AT_MOST)


def issue(service: Service, request_id: str, who: str) -> RequestRecord:
    """Issues a pending request. Raises RefusedError: not found, already done, bound to another, old one revoked."""
    with service.audit.act(who, "issue", request_id) as act:
        return _issue(service, act, _pending(act.connection, request_id))


def refuse(service: Service, request_id: str, reason: str, who: str) -> RequestRecord:
    """Refuses a pending request. Raises RefusedError: not found, already done."""
    with service.audit.act(who, "refuse", request_id) as act:
        if not reason.strip():
            raise RefusedError(Problem.BAD_REQUEST, "office-no-reason")
        act.detail = reason
        _pending(act.connection, request_id)
        request_rows.set_state(act.connection, request_id, RequestState.REFUSED, reason)
        return _request(act.connection, request_id)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for, by a first request or a renewal."""

    pkcs10: Pkcs10
    client: str
    language: Language
    profile: CertificateProfile
    applicant: Applicant
    attestation: Attestation | None
    customer: str = NOBODY
    renewal_of: str | None = None
    validity: Validity = Validity.ONE_YEAR

    @property
    def kind(self) -> Kind:
        return KINDS[self.profile]


def _take_in(service: Service, act: AuditedAct, asked: _Asked) -> RequestRecord:
    connection = act.connection
    if request_rows.key_in_use(connection, asked.pkcs10.key):
        raise RefusedError(Problem.KEY_USED_BEFORE, "office-key-used")
    if not service.settings.automatic:
        _check_room(service, connection, asked.client)
    statement = _believed(service, connection, asked)
    card = None if statement is None else CardId(statement.profile, statement.card_number)
    on_device = statement is not None and asked.kind.qc_type is not None and _on_device(service, statement)
    if card is not None and on_device and asked.kind.binds:
        bonds.check(connection, card, asked.applicant)
    record = RequestRecord(
        id=_new_id(connection),
        state=RequestState.PENDING,
        profile=asked.profile,
        applicant=asked.applicant,
        pkcs10=asked.pkcs10.der,
        key=asked.pkcs10.key,
        on_device=on_device,
        card=card,
        renewal_of=asked.renewal_of,
        received=service.clock(),
        validity=asked.validity,
        client=asked.client,
        language=asked.language,
        customer=asked.customer,
    )
    request_rows.add(connection, record)
    act.subject = record.id
    act.detail = f"{asked.profile}, {asked.applicant.name}, {'on the device' if on_device else 'not on the device'}"
    return _issue(service, act, record, besides=True) if service.settings.automatic else record


def _check_room(service: Service, connection: sqlite3.Connection, client: str) -> None:
    """Raises RefusedError when no more requests can wait for the operator."""
    limits = service.settings.limits
    if request_rows.count_pending_of(connection, client) >= limits.pending_of_a_client:
        raise RefusedError(Problem.TOO_MANY_REQUESTS, "office-many-wait-here")
    if request_rows.count_pending(connection) >= limits.pending:
        raise RefusedError(Problem.TOO_MANY_REQUESTS, "office-many-wait")


def _believed(service: Service, connection: sqlite3.Connection, asked: _Asked) -> Statement | None:
    """The card's statement about the key, where one goes along; its nonce is used up."""
    if asked.attestation is None:
        return None
    at, issuers = service.clock(), service.attestation_issuers
    try:
        statement = attestation.check(asked.attestation, issuers=issuers, public_key=asked.pkcs10.public_key_der, at=at)
        if not challenges.take(service, connection, statement.nonce, at):
            raise StatementRefusedError("its nonce is not one that waits for an answer")
    except StatementRefusedError as error:
        raise RefusedError(Problem.STATEMENT_REFUSED, "office-statement", reason=Name(str(error))) from error
    return statement


def _on_device(service: Service, statement: Statement) -> bool:
    """Whether the key was made on the qualified device, where keys for qualified certificates are made (PQ-17)."""
    area = service.settings.qualified_areas.get(statement.profile)
    return statement.origin is KeyOrigin.MADE and statement.area == area


def _new_id(connection: sqlite3.Connection) -> str:
    """BP and ten digits (PQ-18), not to be guessed and not yet taken."""
    while True:
        request_id = f"BP{secrets.randbelow(10**10):010}"
        if not request_rows.id_taken(connection, request_id):
            return request_id


def _request(connection: sqlite3.Connection, request_id: str) -> RequestRecord:
    record = request_rows.find(connection, request_id)
    if record is None:
        raise RefusedError(Problem.NOT_FOUND, "office-no-request", request=request_id)
    return record


def _pending(connection: sqlite3.Connection, request_id: str) -> RequestRecord:
    record = _request(connection, request_id)
    if record.state is not RequestState.PENDING:
        state = Name(record.state.value)
        raise RefusedError(Problem.ALREADY_DONE, "office-request-over", request=request_id, state=state)
    return record


def _certificate_in_use(service: Service, connection: sqlite3.Connection, serial: str) -> CertificateRecord:
    old = certificate_rows.find(connection, serial)
    if old is None:
        raise RefusedError(Problem.NOT_FOUND, "office-no-certificate", serial=serial)
    if not old.still_valid(service.clock()):
        key = "office-old-expired" if old.revoked is None else "office-old-revoked"
        raise RefusedError(Problem.OLD_CERTIFICATE_NOT_VALID, key, serial=serial)
    return old


def _issue(service: Service, act: AuditedAct, record: RequestRecord, *, besides: bool = False) -> RequestRecord:
    connection = act.connection
    if record.renewal_of is not None:
        _certificate_in_use(service, connection, record.renewal_of)
    if record.card is not None and record.on_device and KINDS[record.profile].binds:
        bonds.hold(service, act, record.card, record)
    asked = x509.load_der_x509_csr(record.pkcs10)
    certificate = service.authority.issue(
        record.profile,
        record.applicant,
        pkcs10.taken(asked.public_key()),
        on_device=record.on_device,
        at=service.clock(),
        life=timedelta(days=KINDS[record.profile].days[record.validity]),
    )
    serial = certificate_rows.add(connection, record.id, KINDS[record.profile].issuing_ca, certificate)
    request_rows.set_state(connection, record.id, RequestState.ISSUED)
    notice_rows.add(connection, record.id)
    if besides:
        act.also("issue", record.id, serial)
    else:
        act.detail = serial
    return _request(connection, record.id)

"""The CA's routes for the programs of applicants, operators and authorised persons."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from cardtools.ca.errors import RefusedError
from cardtools.ca.office import bonds, certificates, challenges, requests, undo_requests
from cardtools.ca.office.people import named
from cardtools.ca.store.cards import CardId
from cardtools.ca.web import answers
from cardtools.ca.web.access import Asking, Authorised, Ca, Operator, OperatorOrAuthorised
from cardtools.ca.web.answers import (
    AuditEntry,
    CardBond,
    CardNumber,
    CardProfile,
    FoundPerson,
    RequestRefusal,
    Revocation,
    RowNumber,
    UndoRequest,
)
from cardtools.ca.web.openapi import ALWAYS, CERTIFICATE, binary, refusals
from cardtools.common.protocol import (
    CertificateRequest,
    Challenge,
    IssuedCertificate,
    Problem,
    RenewalRequest,
    RequestId,
    RequestState,
    RequestStatus,
    Serial,
)
from cardtools.common.terms import UndoState

_TOKEN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


router = APIRouter(responses=refusals(*ALWAYS), redirect_slashes=False)


@router.post("/challenges", status_code=HTTPStatus.CREATED, tags=["applicant"])
def challenge(ca: Ca, _who: Asking) -> Challenge:
    """A nonce for a card's statement about a key."""
    return challenges.challenge(ca)


@router.post("/requests", status_code=HTTPStatus.CREATED, tags=["applicant"], responses=refusals(HTTPStatus.CONFLICT))
def request(ca: Ca, caller: Asking, asked: CertificateRequest) -> RequestStatus:
    """A first request."""
    return answers.request_status(requests.accept(ca, asked, caller.who, caller.client, caller.language))


@router.post(
    "/renewals",
    status_code=HTTPStatus.CREATED,
    tags=["applicant"],
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def renewal(ca: Ca, caller: Asking, asked: RenewalRequest) -> RequestStatus:
    """A request for the follow-on of a certificate in use."""
    return answers.request_status(requests.renew(ca, asked, caller.who, caller.client, caller.language))


@router.get("/requests/{request_id}", tags=["applicant"], responses=refusals(HTTPStatus.NOT_FOUND))
def request_status(ca: Ca, request_id: RequestId) -> RequestStatus:
    """Where a request stands."""
    return answers.request_status(requests.find(ca, request_id))


@router.get(
    "/requests/{request_id}/certificate",
    tags=["applicant"],
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def certificate_of_request(ca: Ca, request_id: RequestId) -> IssuedCertificate:
    """The certificate that a request led to."""
    return answers.issued(certificates.of_request(ca, request_id))


@router.get("/certificates/{serial}", tags=["applicant"], responses=refusals(HTTPStatus.NOT_FOUND))
def certificate(ca: Ca, serial: Serial) -> IssuedCertificate:
    """A certificate, and whether it is revoked."""
    return answers.issued(certificates.find(ca, serial))


@router.get(
    "/certificates/{serial}/file",
    tags=["applicant"],
    response_class=Response,
    responses=binary(CERTIFICATE, "The certificate, DER") | refusals(HTTPStatus.NOT_FOUND),
)
def certificate_file(ca: Ca, serial: Serial) -> Response:
    """A certificate as a file."""
    return Response(certificates.find(ca, serial).der, media_type=CERTIFICATE)


@router.get("/requests", tags=["operator"], responses=refusals(*_TOKEN))
def request_list(ca: Ca, _who: Operator, state: RequestState | None = None) -> list[RequestStatus]:
    """The newest requests, newest first."""
    return [answers.request_status(record) for record in requests.listed(ca, state)]


@router.post(
    "/requests/{request_id}/issue",
    tags=["operator"],
    responses=refusals(*_TOKEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def issue(ca: Ca, who: Operator, request_id: RequestId) -> RequestStatus:
    """Issues the certificate of a pending request."""
    return answers.request_status(requests.issue(ca, request_id, who.who))


@router.post(
    "/requests/{request_id}/refuse",
    tags=["operator"],
    responses=refusals(*_TOKEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def refuse(ca: Ca, who: Operator, request_id: RequestId, refusal: RequestRefusal) -> RequestStatus:
    """Refuses a pending request."""
    return answers.request_status(requests.refuse(ca, request_id, refusal.reason, who.who))


@router.post(
    "/certificates/{serial}/revoke",
    tags=["operator", "authorised"],
    responses=refusals(*_TOKEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def revoke(
    ca: Ca, who: OperatorOrAuthorised, serial: Serial, revocation: Revocation | None = None
) -> IssuedCertificate:
    """Revokes a certificate, for good. The body may be left out."""
    reason = (revocation or Revocation()).reason
    return answers.issued(certificates.revoke(ca, serial, reason, who.who, who.scope))


@router.get("/audit", tags=["operator"], responses=refusals(*_TOKEN))
def audit(ca: Ca, _who: Operator, after: RowNumber = 0) -> list[AuditEntry]:
    """A page of the audit log: up to 1,000 entries numbered above `after`, oldest first."""
    return [answers.audit_entry(record) for record in ca.audit.entries(after=after)]


@router.get("/people", tags=["authorised"], responses=refusals(*_TOKEN))
def people(
    ca: Ca, who: OperatorOrAuthorised, find: Annotated[str, Query(min_length=1, max_length=254)]
) -> list[FoundPerson]:
    """The applicants whose name or e-mail address contains the words, with their certificates and bound cards."""
    return [answers.found(person) for person in named(ca, find, who.scope)]


@router.get(
    "/cards/{card_profile}/{card_number}/bond",
    tags=["authorised"],
    responses=refusals(*_TOKEN, HTTPStatus.NOT_FOUND),
)
def bond(ca: Ca, who: OperatorOrAuthorised, card_profile: CardProfile, card_number: CardNumber) -> CardBond:
    """To whom a card is bound."""
    bound = bonds.find(ca, CardId(card_profile, card_number), who.scope)
    if bound is None:
        raise RefusedError(Problem.NOT_FOUND, "office-not-bound", number=card_number)
    return answers.card_bond(bound)


@router.delete(
    "/cards/{card_profile}/{card_number}/bond",
    tags=["operator"],
    status_code=HTTPStatus.NO_CONTENT,
    responses=refusals(*_TOKEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def undo_bond(ca: Ca, who: Operator, card_profile: CardProfile, card_number: CardNumber) -> None:
    """Undoes the bond of a card, once nothing on it is valid any more."""
    bonds.undo(ca, CardId(card_profile, card_number), who.who)


@router.post(
    "/cards/{card_profile}/{card_number}/bond/undo-requests",
    tags=["authorised"],
    status_code=HTTPStatus.CREATED,
    responses=refusals(*_TOKEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def ask_to_undo_bond(ca: Ca, who: Authorised, card_profile: CardProfile, card_number: CardNumber) -> UndoRequest:
    """Asks the CA to undo the bond of a card, once nothing on it is valid any more."""
    return answers.undo_request(undo_requests.send(ca, CardId(card_profile, card_number), who.who, who.scope))


@router.get("/undo-requests", tags=["operator", "authorised"], responses=refusals(*_TOKEN))
def undo_request_list(ca: Ca, who: OperatorOrAuthorised, state: UndoState | None = None) -> list[UndoRequest]:
    """The newest requests to undo bonds, newest first."""
    return [answers.undo_request(record) for record in undo_requests.listed(ca, who.scope, state)]


@router.post(
    "/undo-requests/{number}/carry-out",
    tags=["operator"],
    responses=refusals(*_TOKEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def carry_out_undo_request(ca: Ca, who: Operator, number: RowNumber) -> UndoRequest:
    """Undoes the bond that a request is about."""
    return answers.undo_request(undo_requests.carry_out(ca, number, who.who))


@router.post(
    "/undo-requests/{number}/refuse",
    tags=["operator"],
    responses=refusals(*_TOKEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def refuse_undo_request(ca: Ca, who: Operator, number: RowNumber, refusal: RequestRefusal) -> UndoRequest:
    """Refuses a request to undo a bond."""
    return answers.undo_request(undo_requests.refuse(ca, number, refusal.reason, who.who))

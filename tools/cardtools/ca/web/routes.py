"""The CA's routes for programs. Portal and e-mail have routers of their own."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from cryptography.hazmat.primitives import serialization
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from cardtools.ca.errors import RefusedError
from cardtools.ca.office import bonds, certificates, challenges, requests, timestamp
from cardtools.ca.office.crl import issuing_list, root_list
from cardtools.ca.office.ocsp import answer as ocsp_answer
from cardtools.ca.office.ocsp import answer_in_path as ocsp_answer_in_path
from cardtools.ca.office.people import named
from cardtools.ca.pki.credentials import Credential
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
)
from cardtools.ca.web.openapi import binary, binary_body, refusals
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

_CERTIFICATE = "application/pkix-cert"
_CRL = "application/pkix-crl"
_OCSP_REQUEST, _OCSP_RESPONSE = "application/ocsp-request", "application/ocsp-response"
_TSA_REQUEST, _TSA_RESPONSE = "application/timestamp-query", "application/timestamp-reply"

_ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
)
_TOKEN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


router = APIRouter(responses=refusals(*_ALWAYS), redirect_slashes=False)


@router.post("/challenges", status_code=HTTPStatus.CREATED, tags=["applicant"])
def challenge(ca: Ca, _who: Asking) -> Challenge:
    """A nonce for a card's statement about a key."""
    return challenges.challenge(ca)


@router.post("/requests", status_code=HTTPStatus.CREATED, tags=["applicant"], responses=refusals(HTTPStatus.CONFLICT))
def request(ca: Ca, caller: Asking, asked: CertificateRequest) -> RequestStatus:
    """A first request."""
    return answers.request_status(requests.accept(ca, asked, caller.who, caller.client))


@router.post(
    "/renewals",
    status_code=HTTPStatus.CREATED,
    tags=["applicant"],
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def renewal(ca: Ca, caller: Asking, asked: RenewalRequest) -> RequestStatus:
    """A request for the follow-on of a certificate in use."""
    return answers.request_status(requests.renew(ca, asked, caller.who, caller.client))


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
    responses=binary(_CERTIFICATE, "The certificate, DER") | refusals(HTTPStatus.NOT_FOUND),
)
def certificate_file(ca: Ca, serial: Serial) -> Response:
    """A certificate as a file."""
    return Response(certificates.find(ca, serial).der, media_type=_CERTIFICATE)


@router.get("/issuer", tags=["anyone"], response_class=Response, responses=binary(_CERTIFICATE, "The certificate, DER"))
def issuer(ca: Ca) -> Response:
    """The issuing CA's certificate."""
    return _certificate_file(ca.authority.issuing)


@router.get("/root", tags=["anyone"], response_class=Response, responses=binary(_CERTIFICATE, "The certificate, DER"))
def root(ca: Ca) -> Response:
    """The root's certificate, to be trusted by those who train."""
    return _certificate_file(ca.authority.root)


def _certificate_file(credential: Credential) -> Response:
    return Response(credential.certificate.public_bytes(serialization.Encoding.DER), media_type=_CERTIFICATE)


@router.get("/crl", tags=["anyone"], response_class=Response, responses=binary(_CRL, "The list, DER"))
def crl(ca: Ca) -> Response:
    """The issuing CA's list of revoked certificates."""
    return Response(issuing_list(ca), media_type=_CRL)


@router.get("/root-crl", tags=["anyone"], response_class=Response, responses=binary(_CRL, "The list, DER"))
def root_crl(ca: Ca) -> Response:
    """The root's list of revoked certificates."""
    return Response(root_list(ca), media_type=_CRL)


@router.post(
    "/ocsp",
    tags=["anyone"],
    response_class=Response,
    responses=binary(_OCSP_RESPONSE, "The answer, DER; an error is an answer too (RFC 6960, 2.3)"),
    openapi_extra=binary_body(_OCSP_REQUEST),
)
async def ocsp(ca: Ca, call: Request) -> Response:
    """The state of a certificate (RFC 6960)."""
    answer = await run_in_threadpool(ocsp_answer, ca, await call.body())
    return Response(answer, media_type=_OCSP_RESPONSE)


@router.get(
    "/ocsp/{encoded:path}",
    tags=["anyone"],
    response_class=Response,
    responses=binary(_OCSP_RESPONSE, "The answer, DER; an error is an answer too (RFC 6960, 2.3)"),
)
def ocsp_in_path(ca: Ca, encoded: str) -> Response:
    """The state of a certificate; the request is base64 in the path (RFC 6960, A.1)."""
    return Response(ocsp_answer_in_path(ca, encoded), media_type=_OCSP_RESPONSE)


@router.post(
    "/tsa",
    tags=["anyone"],
    response_class=Response,
    responses=binary(_TSA_RESPONSE, "The answer, DER; a rejection is an answer too (RFC 3161, 2.4.2)"),
    openapi_extra=binary_body(_TSA_REQUEST),
)
async def time_stamp(ca: Ca, call: Request) -> Response:
    """A time stamp (RFC 3161)."""
    answer = await run_in_threadpool(timestamp.answer, ca, await call.body())
    return Response(answer, media_type=_TSA_RESPONSE)


@router.get(
    "/disclosure/en",
    tags=["anyone"],
    response_class=Response,
    responses={int(HTTPStatus.OK): {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def disclosure() -> Response:
    """The PKI disclosure statement that qualified certificates point to."""
    return Response(_DISCLOSURE, media_type="text/plain")


_DISCLOSURE = """\
PKI disclosure statement of the Stuntcard training CA

This CA is for training and testing. It checks nobody's identity. Its certificates have the form of real ones and no
legal effect: they are not qualified certificates, whatever their statements say. Trust its root on machines for
training only.
"""


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
    return answers.issued(certificates.revoke(ca, serial, reason, who.who))


@router.get("/audit", tags=["operator"], responses=refusals(*_TOKEN))
def audit(ca: Ca, _who: Operator, after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0) -> list[AuditEntry]:
    """A page of the audit log: up to 1,000 entries numbered above `after`, oldest first."""
    return [answers.audit_entry(record) for record in ca.audit.entries(after=after)]


@router.get("/people", tags=["authorised"], responses=refusals(*_TOKEN))
def people(
    ca: Ca, _who: OperatorOrAuthorised, find: Annotated[str, Query(min_length=1, max_length=254)]
) -> list[FoundPerson]:
    """The applicants whose name or e-mail address contains the words, with their certificates and bound cards."""
    return [answers.found(person) for person in named(ca, find)]


@router.get(
    "/cards/{card_profile}/{card_number}/bond",
    tags=["authorised"],
    responses=refusals(*_TOKEN, HTTPStatus.NOT_FOUND),
)
def bond(ca: Ca, _who: OperatorOrAuthorised, card_profile: CardProfile, card_number: CardNumber) -> CardBond:
    """To whom a card is bound."""
    bound = bonds.find(ca, CardId(card_profile, card_number))
    if bound is None:
        raise RefusedError(Problem.NOT_FOUND, f"Card {card_number} is not bound to anybody.")
    return answers.card_bond(bound)


@router.delete(
    "/cards/{card_profile}/{card_number}/bond",
    tags=["authorised"],
    status_code=HTTPStatus.NO_CONTENT,
    responses=refusals(*_TOKEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def undo_bond(ca: Ca, who: Authorised, card_profile: CardProfile, card_number: CardNumber) -> None:
    """Undoes the bond of a card, once nothing on it is valid any more."""
    bonds.undo(ca, CardId(card_profile, card_number), who.who)

"""What is for everybody who checks: certificates of the CA, lists, OCSP, time stamps, the disclosure statement."""

from __future__ import annotations

from http import HTTPStatus

from cryptography.hazmat.primitives import serialization
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from cardtools.ca.errors import RefusedError
from cardtools.ca.office import timestamp
from cardtools.ca.office.crl import issuing_list, root_list
from cardtools.ca.office.ocsp import answer as ocsp_answer
from cardtools.ca.office.ocsp import answer_in_path as ocsp_answer_in_path
from cardtools.ca.office.service import Service
from cardtools.ca.pki.credentials import Credential
from cardtools.ca.web.access import Ca
from cardtools.ca.web.openapi import ALWAYS, CERTIFICATE, binary, binary_body, refusals
from cardtools.common.protocol import Problem
from cardtools.common.terms import IssuingCa

_CRL = "application/pkix-crl"
_OCSP_REQUEST, _OCSP_RESPONSE = "application/ocsp-request", "application/ocsp-response"
_TSA_REQUEST, _TSA_RESPONSE = "application/timestamp-query", "application/timestamp-reply"
_DER = "In DER"
_OF_BEFORE = refusals(HTTPStatus.NOT_FOUND)

router = APIRouter(responses=refusals(*ALWAYS), redirect_slashes=False)


@router.get(
    "/issuer/{issuing_ca}",
    tags=["anyone"],
    response_class=Response,
    responses=binary(CERTIFICATE, _DER) | refusals(HTTPStatus.NOT_FOUND),
)
def issuer(ca: Ca, issuing_ca: IssuingCa) -> Response:
    """The certificate of one of the issuing CAs."""
    _check_there(ca, issuing_ca)
    return _certificate_file(ca.authority.cas[issuing_ca].issuing)


@router.get("/issuer", tags=["anyone"], response_class=Response, responses=_OF_BEFORE | binary(CERTIFICATE, _DER))
def single_issuer(ca: Ca) -> Response:
    """The same of the one issuing CA of before, where there was one: its certificates name this place."""
    return issuer(ca, IssuingCa.SINGLE)


def _check_there(ca: Service, issuing_ca: IssuingCa) -> None:
    if issuing_ca not in ca.authority.cas:
        places = " and ".join(f"`/{issuing_ca}`" for issuing_ca in ca.authority.cas)
        raise RefusedError(Problem.NOT_FOUND, "web-several-issuers", places=places)


@router.get("/root", tags=["anyone"], response_class=Response, responses=binary(CERTIFICATE, _DER))
def root(ca: Ca) -> Response:
    """The root's certificate, to be trusted by those who train."""
    return _certificate_file(ca.authority.root)


def _certificate_file(credential: Credential) -> Response:
    return Response(credential.certificate.public_bytes(serialization.Encoding.DER), media_type=CERTIFICATE)


@router.get(
    "/crl/{issuing_ca}",
    tags=["anyone"],
    response_class=Response,
    responses=binary(_CRL, _DER) | refusals(HTTPStatus.NOT_FOUND),
)
def crl(ca: Ca, issuing_ca: IssuingCa) -> Response:
    """The list of revoked certificates of one of the issuing CAs."""
    _check_there(ca, issuing_ca)
    return Response(issuing_list(ca, issuing_ca), media_type=_CRL)


@router.get("/crl", tags=["anyone"], response_class=Response, responses=_OF_BEFORE | binary(_CRL, _DER))
def single_crl(ca: Ca) -> Response:
    """The same of the one issuing CA of before, where there was one."""
    return crl(ca, IssuingCa.SINGLE)


@router.get("/root-crl", tags=["anyone"], response_class=Response, responses=binary(_CRL, _DER))
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

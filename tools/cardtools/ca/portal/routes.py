"""The portal of the customer's authorised person: find an applicant, revoke, ask to undo the bond of a card (PQ-25)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

import python_multipart  # noqa: F401 - FastAPI reads forms with it, and is told here when it is not installed
from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response

from cardtools.ca.errors import RefusedError
from cardtools.ca.office import certificates, people, roles, undo_requests
from cardtools.ca.office.roles import Role, TokenHolder
from cardtools.ca.office.service import Service
from cardtools.ca.pki.reasons import RevocationReason
from cardtools.ca.portal.page_routes import ForeignFormError, LoggedOutError, PageRoute
from cardtools.ca.portal.pages import HOME, go_to, page
from cardtools.ca.portal.sessions import Session, Sessions, new_secret
from cardtools.ca.store.cards import CardId
from cardtools.ca.store.certificate_rows import CertificateRecord
from cardtools.ca.store.people import person_of
from cardtools.ca.store.undo_request_rows import UndoRecord
from cardtools.ca.web.access import Ca, check_token, rates_of, service_of
from cardtools.ca.web.answers import CardNumber, CardProfile
from cardtools.ca.web.guard import SESSION_COOKIE
from cardtools.common.protocol import Problem, Serial
from cardtools.common.terms import UndoState

LOG_IN_COOKIE = "portal_log_in"

_DONE = ("revoked", "sent")
_FIND_MAX = 254
_SENT_SHOWN = 20

router = APIRouter(prefix=HOME, route_class=PageRoute, include_in_schema=False, redirect_slashes=False)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """An authorised person at work."""

    holder: TokenHolder
    session: Session


def sessions_of(request: Request) -> Sessions:
    """The portal's sessions."""
    sessions: Sessions = request.app.state.portal_sessions
    return sessions


def _somebody(request: Request) -> LoggedIn | None:
    """Who is logged in. A token that was taken back, or has another role now, is nobody's."""
    session = sessions_of(request).use(request.cookies.get(SESSION_COOKIE, ""))
    if session is None:
        return None
    holder = roles.holder_of(service_of(request), session.token)
    if holder is None or holder.role is not Role.AUTHORISED:
        sessions_of(request).end(session.identifier)
        return None
    return LoggedIn(holder, session)


def _logged_in(visitor: Annotated[LoggedIn | None, Depends(_somebody)]) -> LoggedIn:
    if visitor is None:
        raise LoggedOutError
    return visitor


def _with_form(visitor: Annotated[LoggedIn, Depends(_logged_in)], csrf: Annotated[str, Form()] = "") -> LoggedIn:
    _check_form(visitor.session.csrf, csrf)
    return visitor


def _check_form(expected: str, given: str) -> None:
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise ForeignFormError


Visitor = Annotated[LoggedIn | None, Depends(_somebody)]
User = Annotated[LoggedIn, Depends(_logged_in)]
Sender = Annotated[LoggedIn, Depends(_with_form)]


@router.get("")
def first_page(
    request: Request, ca: Ca, visitor: Visitor, find: Annotated[str, Query(max_length=_FIND_MAX)] = ""
) -> Response:
    """Logging in; for who has, finding an applicant."""
    if visitor is None:
        return _log_in_page(request)
    scope = visitor.holder.scope
    found = [(person, person.certificates[-1].serial) for person in people.find(ca, find, scope)]
    sent = (
        []
        if find
        else [(record, _page_of(ca, record)) for record in undo_requests.listed(ca, scope, at_most=_SENT_SHOWN)]
    )
    return page(request, "find", session=visitor, find=find, people=found, sent=sent)


def _log_in_page(request: Request) -> Response:
    # There is no session yet to keep the form's secret in: a cookie that only this site sets and reads does.
    secret = request.cookies.get(LOG_IN_COOKIE) or new_secret()
    answer = page(request, "log_in", csrf=secret)
    _set_cookie(request, answer, LOG_IN_COOKIE, secret)
    return answer


@router.post("/log-in")
def log_in(request: Request, token: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    """Begins a session for the holder of an authorised person's token."""
    _check_form(request.cookies.get(LOG_IN_COOKIE, ""), csrf)
    service, sessions = service_of(request), sessions_of(request)
    holder = check_token(request, token.strip())
    if holder is None:
        raise RefusedError(Problem.NOT_ALLOWED, "token-nobodys")
    if holder.role is not Role.AUTHORISED:
        error = RefusedError(Problem.NOT_ALLOWED, "token-portal-role", role=Role.AUTHORISED)
        service.audit.refused(holder.who, "log in", "portal", error)
        raise error
    with service.audit.act(holder.who, "log in", "portal"):
        sessions.end(request.cookies.get(SESSION_COOKIE, ""))
        session = sessions.begin(token.strip())
    rates_of(request).right_tokens.add(session.identifier)
    answer = go_to(HOME)
    _set_cookie(request, answer, SESSION_COOKIE, session.identifier)
    answer.delete_cookie(LOG_IN_COOKIE, path=HOME)
    return answer


@router.post("/log-out")
def log_out(request: Request, ca: Ca, user: Sender) -> Response:
    """Ends the session."""
    with ca.audit.act(user.holder.who, "log out", "portal"):
        sessions_of(request).end(user.session.identifier)
    answer = go_to(HOME)
    answer.delete_cookie(SESSION_COOKIE, path=HOME)
    return answer


@router.get("/applicants/{serial}")
def applicant(request: Request, ca: Ca, user: User, serial: Serial, done: str = "") -> Response:
    """The applicant with this certificate: all certificates, and the cards bound to the applicant."""
    person = people.of_certificate(ca, serial, user.holder.scope)
    sent = undo_requests.of_person(ca, person_of(person.applicant), user.holder.scope)
    at = ca.clock()
    return page(
        request,
        "applicant",
        session=user,
        person=person,
        serial=serial,
        state_of={record.serial: _state(record, valid=record.still_valid(at)) for record in person.certificates},
        holding_back={
            bound.bond.card: [record for record in bound.certificates if record.still_valid(at)]
            for bound in person.cards
        },
        sent=sent,
        waiting={record.card for record in sent if record.state is UndoState.PENDING},
        done=done if done in _DONE else "",
    )


def _state(record: CertificateRecord, *, valid: bool) -> str:
    if valid:
        return "valid"
    return "expired" if record.revoked is None else "revoked"


@router.get("/certificates/{serial}/revoke")
def confirm_revocation(request: Request, ca: Ca, user: User, serial: Serial) -> Response:
    """Asks whether the certificate is really to be revoked."""
    record = certificates.find(ca, serial, user.holder.scope)
    if not record.still_valid(ca.clock()):
        raise RefusedError(Problem.ALREADY_DONE, "portal-not-valid", serial=serial)
    return page(request, "revoke", session=user, certificate=record, reasons=list(RevocationReason))


@router.post("/certificates/{serial}/revoke")
def revoke(ca: Ca, user: Sender, serial: Serial, reason: Annotated[RevocationReason, Form()]) -> Response:
    """Revokes a certificate, for good."""
    certificates.revoke(ca, serial, reason, user.holder.who, user.holder.scope)
    return go_to(f"{HOME}/applicants/{serial}?done=revoked")


@router.post("/cards/{card_profile}/{card_number}/undo-bond")
def undo_bond(ca: Ca, user: Sender, card_profile: CardProfile, card_number: CardNumber) -> Response:
    """Asks the CA to undo the bond of a card; refused while something on it is valid, whatever page the form is of."""
    sent = undo_requests.send(ca, CardId(card_profile, card_number), user.holder.who, user.holder.scope)
    return go_to(f"{_page_of(ca, sent)}?done=sent")


def _page_of(service: Service, record: UndoRecord) -> str:
    """The page of the applicant whom a request to undo a bond is about."""
    return f"{HOME}/applicants/{people.newest_serial(service, record.person, record.customer)}"


@router.api_route("/{rest:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def no_page(rest: str) -> Response:
    """Whatever else is asked for under the portal's address; a slash at its end does no harm."""
    if not rest:
        return go_to(HOME)
    raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no page {rest}.")


def _set_cookie(request: Request, answer: Response, name: str, value: str) -> None:
    """A cookie for the portal alone, that no script reads and no other site's page sends."""
    encrypted = service_of(request).settings.url.startswith("https:")
    answer.set_cookie(name, value, path=HOME, httponly=True, samesite="strict", secure=encrypted)

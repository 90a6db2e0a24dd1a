"""The route by which signed e-mails come in. There is no SMTP: a mail server's rule, or a person, hands them over."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from cardtools.ca.mail import carrying_out
from cardtools.ca.mail.carrying_out import MailOutcome
from cardtools.ca.web.access import Asking, Ca
from cardtools.ca.web.openapi import refusals

_BODY = {"message/rfc822": {"schema": {"type": "string", "format": "binary"}}}

router = APIRouter(redirect_slashes=False)


@router.post(
    "/mail",
    tags=["anyone"],
    responses=refusals(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.TOO_MANY_REQUESTS,
    ),
    openapi_extra={"requestBody": {"content": _BODY, "required": True}},
)
async def take_mail(ca: Ca, caller: Asking, call: Request) -> MailOutcome:
    """A signed e-mail, as raw bytes: revokes an applicant's certificates, and undoes the bond of the card."""
    return await run_in_threadpool(carrying_out.carry_out, ca, await call.body(), caller.who)

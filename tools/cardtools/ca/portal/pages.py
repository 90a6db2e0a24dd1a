"""The portal's pages: their language, their templates, and the headers that every one of them carries."""

from __future__ import annotations

import base64
import hashlib
import logging
import math
import re
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import HTMLResponse, RedirectResponse

from cardtools.ca.refused import STATUS, RefusedError
from cardtools.ca.web.guard import TooOftenError
from cardtools.common.devices import devices
from cardtools.common.messages import Language, Messages
from cardtools.common.protocol import Problem

HOME = "/portal"
LANGUAGE_COOKIE = "portal_language"

_DOMAIN = "ca"
_LANGUAGE = "language"
_STYLE = "style.css"
_LOG = logging.getLogger(__name__)


class LoggedOutError(Exception):
    """The call needs someone logged in, and nobody is, or not any more."""


class ForeignFormError(Exception):
    """The form does not carry what only the portal's own forms carry."""


# Language


_RANGE = re.compile(r"\s*(?P<tag>[A-Za-z]{1,8})(?:-[A-Za-z0-9-]{0,40})?\s*(?:;\s*q=(?P<q>[01](?:\.\d{0,3})?)\s*)?")


def preferred(accept_language: str) -> Language:
    """The language that the browser likes best of those there are (RFC 9110, 12.5.4); English when it names none."""
    liked: list[tuple[float, Language]] = []
    for part in accept_language[:500].split(","):
        found = _RANGE.fullmatch(part)
        if found and found["tag"].lower() in set(Language):
            liked.append((float(found["q"] or 1), Language(found["tag"].lower())))
    best = max(liked, key=lambda item: item[0], default=(0.0, Language.ENGLISH))
    return best[1] if best[0] > 0 else Language.ENGLISH


def language_of(request: Request) -> Language:
    """What `?language=` says, or said before, else what the browser likes best."""
    for chosen in (request.query_params.get(_LANGUAGE), request.cookies.get(LANGUAGE_COOKIE)):
        if chosen in set(Language):
            return Language(chosen)
    return preferred(request.headers.get("accept-language", ""))


# Templates


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cardtools.ca.portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["time"] = _time
    environment.filters["device"] = _device
    return environment


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _device(profile: str) -> str:
    device = devices().get(profile)
    return profile if device is None else device.name


@cache
def _style() -> Markup:
    # The style sheet is the package's own, so that nothing in it needs escaping.
    return Markup(_environment().get_template(_STYLE).render())  # noqa: S704


@cache
def _headers() -> Mapping[str, str]:
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none';"
            " frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def page(request: Request, template: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> HTMLResponse:
    """A page in the reader's language. Templates write messages with `t` and counted ones with `n`."""
    language = language_of(request)
    messages = Messages(language, _DOMAIN)
    context = {
        "t": messages.text,
        "n": messages.counted,
        "style": _style(),
        "language": language,
        "languages": [(other, _in_language(request, other)) for other in Language],
        "home": HOME,
        "session": None,
        **values,
    }
    return HTMLResponse(_environment().get_template(f"{template}.html").render(context), status)


def go_to(path: str) -> RedirectResponse:
    """Sends the browser to another page of the portal, to be fetched with GET."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def _in_language(request: Request, language: Language) -> str:
    """Where the same page is in another language; for the answer to a form, the portal's first page."""
    if request.method != "GET":
        return f"{HOME}?{urlencode({_LANGUAGE: language})}"
    kept = {name: value for name, value in request.query_params.items() if name == "find"}
    return f"?{urlencode({**kept, _LANGUAGE: language})}"


# Errors

_ERRORS = {
    Problem.NOT_FOUND: "portal-error-not-found",
    Problem.NOT_ALLOWED: "portal-error-not-allowed",
    Problem.ALREADY_DONE: "portal-error-already-done",
    Problem.STILL_VALID_CERTIFICATES: "portal-error-still-valid",
}


def _error(request: Request, status: int, key: str, **values: str | int) -> HTMLResponse:
    return page(request, "error", HTTPStatus(status), error=key, values=values)


def _error_page(request: Request, error: Exception) -> Response:
    match error:
        case LoggedOutError() if request.method == "GET":
            return go_to(HOME)
        case LoggedOutError():
            return _error(request, HTTPStatus.FORBIDDEN, "portal-error-logged-out")
        case ForeignFormError():
            return _error(request, HTTPStatus.FORBIDDEN, "portal-error-foreign-form")
        case RefusedError():
            return _error(request, STATUS[error.problem], _ERRORS.get(error.problem, "portal-error-bad-request"))
        case TooOftenError():
            wait = math.ceil(error.seconds)
            answer = _error(request, HTTPStatus.TOO_MANY_REQUESTS, "portal-error-too-often", seconds=wait)
            answer.headers["Retry-After"] = str(wait)
            return answer
        case HTTPException() | StarletteHTTPException() if error.status_code == HTTPStatus.NOT_FOUND:
            return _error(request, HTTPStatus.NOT_FOUND, "portal-error-no-page")
        case RequestValidationError() | HTTPException() | StarletteHTTPException():
            return _error(request, HTTPStatus.BAD_REQUEST, "portal-error-bad-request")
    _LOG.error("the portal failed", exc_info=error)
    return _error(request, HTTPStatus.INTERNAL_SERVER_ERROR, "portal-error-failed")


class PageRoute(APIRoute):
    """A route whose answers are pages, errors too, with the portal's headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, with pages for its errors."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except Exception as error:
                response = _error_page(request, error)
            response.headers.update(_headers())
            chosen = request.query_params.get(_LANGUAGE)
            if chosen in set(Language):
                response.set_cookie(LANGUAGE_COOKIE, chosen, path=HOME, httponly=True, samesite="strict")
            return response

        return answer

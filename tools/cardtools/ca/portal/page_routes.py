"""Routes whose answers are pages, errors too."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import HTMLResponse

from cardtools.ca.errors import RefusedError
from cardtools.ca.portal.languages import LANGUAGE_COOKIE, chosen_language
from cardtools.ca.portal.pages import HOME, go_to, headers, page
from cardtools.ca.web.refusals import STATUS, TooOftenError
from cardtools.common.protocol import Problem

_LOG = logging.getLogger(__name__)


class LoggedOutError(Exception):
    """The call needs someone logged in, and nobody is, or not any more."""


class ForeignFormError(Exception):
    """The form does not carry what only the portal's own forms carry."""


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
            response.headers.update(headers())
            chosen = chosen_language(request)
            if chosen is not None:
                response.set_cookie(LANGUAGE_COOKIE, chosen, path=HOME, httponly=True, samesite="strict")
            return response

        return answer

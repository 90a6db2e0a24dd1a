"""The console's pages: their templates, and routes whose errors are pages too."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import HTMLResponse, RedirectResponse

from cardtools.common.devices import devices
from cardtools.common.messages import Language, Messages
from cardtools.console.errors import ConsoleError
from cardtools.console.school.school import NotComeError
from cardtools.console.web.context import ClassEndedError, LooksOnError, NoSuchPageError, NotLetInError
from cardtools.console.web.languages import LANGUAGE_COOKIE, LANGUAGE_PARAMETER, chosen_language, language_of

_LOG = logging.getLogger(__name__)
_DOMAIN = "console"
_KEPT = ("at", "target")
"""Parameters of an address that stay with another language."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cardtools.console.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["device_name"] = _device_name
    environment.filters["code_name"] = _code_name
    return environment


def _device_name(profile: str) -> str:
    device = devices().get(profile)
    return profile if device is None else device.name


def _code_name(code: str) -> str:
    """What cards call a code, made of its id: `pep-pin` is "PIN of PEP"."""
    return " of ".join(reversed(code.upper().split("-")))


def messages_for(language: Language) -> Messages:
    """The console's messages."""
    return Messages(language, _DOMAIN)


def page(
    request: Request,
    template: str,
    language: Language,
    values: Mapping[str, object],
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    """A page. Templates write messages with `t` and counted ones with `n`."""
    messages = messages_for(language)
    context = {
        "t": messages.text,
        "n": messages.counted,
        "messages": messages,
        "language": language,
        "languages": [(other, _in_language(request, other)) for other in Language],
        "trainer": False,
        **values,
    }
    return HTMLResponse(_environment().get_template(f"{template}.html").render(context), status)


def go_to(path: str) -> RedirectResponse:
    """Sends the browser to another page, to be fetched with GET."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def _in_language(request: Request, language: Language) -> str:
    """Where the same page is in another language."""
    kept = {name: value for name, value in request.query_params.items() if name in _KEPT}
    return f"?{urlencode({**kept, LANGUAGE_PARAMETER: language})}"


class PageRoute(APIRoute):
    """A route whose answers are pages, errors too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, with pages for its errors."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except Exception as error:
                response = error_page(request, error)
            chosen = chosen_language(request)
            if chosen is not None:
                response.set_cookie(LANGUAGE_COOKIE, chosen, httponly=True, samesite="lax")
            return response

        return answer


def error_page(request: Request, error: Exception) -> HTMLResponse:
    """What happened, why, and what to do next."""
    language = language_of(request)
    status, told = _meaning(error, messages_for(language))
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        # Its text may quote what was typed.
        _LOG.error("%s failed: %s", request.url.path, type(error).__name__)
    return page(request, "error", language, {"told": told, "back": _back(error)}, status)


def _back(error: Exception) -> str | None:
    """Where the board is, for a trainer who came from there."""
    match error:
        case LooksOnError(trainee=trainee) | NotComeError(trainee=trainee):
            return f"/classes/{trainee.class_id}#{trainee.id}"
    return None


def _field(name: str, messages: Messages) -> str:
    """What a field is called where it stands on a page."""
    match name:
        case "title":
            return messages.text("class-title")
        case "trainees":
            return messages.text("class-trainees")
        case "name":
            return messages.text("column-trainee")
        case "speaks":
            return messages.text("class-language")
        case "exercise":
            return messages.text("exercise")
        case "message":
            return messages.text("help-message")
    return f"“{name}”"


def _meaning(error: Exception, messages: Messages) -> tuple[HTTPStatus, str]:
    match error:
        case NotLetInError():
            return HTTPStatus.FORBIDDEN, messages.text("not-let-in")
        case LooksOnError(trainee=trainee):
            return HTTPStatus.FORBIDDEN, messages.text("looks-on-no-act", name=trainee.name)
        case ClassEndedError(ended=ended):
            return HTTPStatus.GONE, messages.text("class-ended", title=ended.title, at=f"{ended.at:%Y-%m-%d %H:%M}")
        case NoSuchPageError():
            return HTTPStatus.NOT_FOUND, messages.text("no-such-page")
        case ConsoleError():
            return HTTPStatus.CONFLICT, messages.told(error)
        case HTTPException() | StarletteHTTPException() if error.status_code == HTTPStatus.NOT_FOUND:
            return HTTPStatus.NOT_FOUND, messages.text("no-such-page")
        case RequestValidationError() if any(one["loc"][0] == "path" for one in error.errors()):
            return HTTPStatus.NOT_FOUND, messages.text("no-such-page")
        case RequestValidationError():
            fields = [_field(str(one["loc"][-1]), messages) for one in error.errors()]
            return HTTPStatus.BAD_REQUEST, messages.text("bad-field", fields=", ".join(dict.fromkeys(fields)))
        case HTTPException() | StarletteHTTPException():
            return HTTPStatus.BAD_REQUEST, messages.text("bad-form")
    return HTTPStatus.INTERNAL_SERVER_ERROR, messages.text("console-failed")

"""The portal's pages: their templates, and the headers that every one of them carries."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from cardtools.ca.portal.languages import LANGUAGE_PARAMETER, language_of
from cardtools.common import look
from cardtools.common.devices import devices
from cardtools.common.messages import Language, Messages

HOME = "/portal"

_DOMAIN = "ca"


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
    # The style sheet is the project's own, so that nothing in it needs escaping.
    return Markup(look.style())  # noqa: S704


@cache
def headers() -> Mapping[str, str]:
    """What every page carries, so that it runs no script and stands in no other site's frame."""
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
        return f"{HOME}?{urlencode({LANGUAGE_PARAMETER: language})}"
    kept = {name: value for name, value in request.query_params.items() if name == "find"}
    return f"?{urlencode({**kept, LANGUAGE_PARAMETER: language})}"

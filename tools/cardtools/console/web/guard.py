"""What stands before every page: whose host and origin a call names, how large it is, and what each answer carries."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_MAX = 2 << 20
"""Bytes. A PKCS#12 file with a few certificates has some thousands."""

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
        " worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def too_slow() -> PlainTextResponse:
    """The answer to a call whose head did not arrive in time."""
    return PlainTextResponse("The call took too long to arrive.", HTTPStatus.REQUEST_TIMEOUT, {"Connection": "close"})


class Guard:
    """Lets through what comes from the console's own pages, or begins a visit."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        """`hosts`: the names, each with its port, under which the console is reached."""
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._why_not(scope["method"], Headers(scope=scope))
        if refused is not None:
            status, why = refused
            answer = PlainTextResponse(why, status, {**_HEADERS, "Connection": "close"})
            await answer(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)

    def _why_not(self, method: str, headers: Headers) -> tuple[HTTPStatus, str] | None:
        """Why a call is refused; None when it is not."""
        if headers.get("host", "").lower() not in self._hosts:
            return HTTPStatus.MISDIRECTED_REQUEST, "The console is not reached under this name."
        # The server takes no more of a body than was said before it.
        if "transfer-encoding" in headers:
            return HTTPStatus.LENGTH_REQUIRED, "The length of the body must be said."
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_MAX:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large."
        if method in _SAFE_METHODS or self._is_own(headers):
            return None
        return HTTPStatus.FORBIDDEN, "The form is not one of the console's."

    def _is_own(self, headers: Headers) -> bool:
        """Whether a form stands on one of the console's own pages."""
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site") == "same-origin"
        return urlsplit(origin).netloc.lower() in self._hosts

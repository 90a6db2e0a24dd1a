"""What stands before every route: which Host and Origin a call names, how much it sends, and headers for answers.

A page of another site can make a browser call a server on loopback (DNS rebinding, cross-site requests). Such a call
names the other site: in Host, in Origin or in Sec-Fetch-Site.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stuntcard.serve.problems import Problem, problem_answer

BODY_MAX = 1 << 17
_BODY_SECONDS = 10.0
_SAFE = {"GET", "HEAD", "OPTIONS"}
_OWN_SITE = {"same-origin", "none"}


@dataclass(frozen=True, slots=True)
class Hosts:
    """What clients may call a server in the header Host: names, with its port.

    If it listens on all addresses of the machine, also any address: one can't be made to lead elsewhere, as a name can.
    """

    names: frozenset[str]
    any_address_with: str | None = None
    """The port."""

    def include(self, host: str) -> bool:
        """Whether the server may be called so."""
        if host in self.names:
            return True
        name, _, port = host.rpartition(":")
        if self.any_address_with is None or port != self.any_address_with:
            return False
        try:
            ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
        except ValueError:
            return False
        return True


class Guard:
    """Lets a call through to the application once its whole body is here."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        """`hosts`: what clients may call this server."""
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._foreign(scope["method"], headers)
        if refused is not None:
            problem, detail = refused
            await problem_answer(problem, detail, {"Connection": "close"})(scope, receive, send)
            return
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                messages = await _body(headers, receive)
        except _TooLargeError:
            detail = f"the body is larger than {BODY_MAX} bytes, which is more than anything here takes"
            await problem_answer(Problem.TOO_LARGE, detail, {"Connection": "close"})(scope, receive, send)
        except TimeoutError:
            detail = f"the body did not arrive within {_BODY_SECONDS:g} s"
            await problem_answer(Problem.TOO_SLOW, detail, {"Connection": "close"})(scope, receive, send)
        else:
            if messages[-1]["type"] == "http.request":
                await self._app(scope, _again(messages, receive), _with_headers(send))

    def _foreign(self, method: str, headers: Headers) -> tuple[Problem, str] | None:
        host = headers.get("host", "").lower()
        if not self._hosts.include(host):
            names = " or ".join(sorted(self._hosts.names))
            return Problem.FOREIGN_HOST, f"this server is called {names}; use one of these"
        origin = headers.get("origin")
        if origin is not None and origin.lower() != f"http://{host}":
            return Problem.FOREIGN_ORIGIN, "only this server's own pages may call it from a browser"
        if method not in _SAFE and headers.get("sec-fetch-site", "none") not in _OWN_SITE:
            return Problem.FOREIGN_ORIGIN, "only this server's own pages may call it from a browser"
        return None


class _TooLargeError(Exception):
    """The body is larger than it may be."""


async def _body(headers: Headers, receive: Receive) -> list[Message]:
    """The messages that bring the body. Raises _TooLargeError, before the body comes where its length is told."""
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > BODY_MAX:
        raise _TooLargeError
    messages: list[Message] = []
    received = 0
    while True:
        message = await receive()
        messages.append(message)
        received += len(message.get("body", b""))
        if received > BODY_MAX:
            raise _TooLargeError
        if message["type"] != "http.request" or not message.get("more_body", False):
            return messages


def _again(messages: Iterable[Message], receive: Receive) -> Receive:
    """Gives the messages that were received already, and then what comes."""
    waiting = iter(messages)

    async def again() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return again


def _with_headers(send: Send) -> Send:
    """Answers that no browser keeps or takes for something else."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Cache-Control", "no-store")
            headers.setdefault("X-Content-Type-Options", "nosniff")
        await send(message)

    return sent

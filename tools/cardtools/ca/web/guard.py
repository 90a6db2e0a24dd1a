"""What stands before every route: how often a client may call, how much it may send, and how long it may take."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from http import HTTPStatus

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cardtools.ca.settings import Limits
from cardtools.ca.web.clients import AtOnce, RightTokens
from cardtools.ca.web.limits import RateLimit
from cardtools.ca.web.refusals import no_room, refusal, too_often, too_slow
from cardtools.common.client_key import client_key
from cardtools.common.protocol import Problem

SESSION_COOKIE = "portal_session"
"""What carries the identifier of a session that began with a right token."""
_UNKNOWN = "unknown"


class _TooLargeError(Exception):
    """The body is larger than the CA takes."""


class Rates:
    """The rate limits of one CA, each counted by client address."""

    def __init__(self, limits: Limits) -> None:
        self.anything = RateLimit(limits.anything)
        self.asking = RateLimit(limits.asking)
        self.wrong_tokens = RateLimit(limits.wrong_tokens)
        self.right_tokens = RightTokens()


def client_of(request: Request) -> str:
    """The address that a call came from."""
    return _UNKNOWN if request.client is None else request.client.host


def _again(messages: Iterable[Message], receive: Receive) -> Receive:
    """Gives the messages that were received already, and then what comes."""
    waiting = iter(messages)

    async def again() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return again


class Guard:
    """Lets a call through to the application once its whole body is here."""

    def __init__(self, app: ASGIApp, limits: Limits, rates: Rates) -> None:
        self._app = app
        self._limits = limits
        self._rates = rates
        self._calls = AtOnce(limits.calls_of_a_client, limits.calls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                messages = await self._body(receive)
        except _TooLargeError:
            answer = refusal(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                Problem.BAD_REQUEST,
                f"The body is larger than {self._limits.body} bytes.",
                {"Connection": "close"},
            )
            await answer(scope, receive, send)
        except TimeoutError:
            await too_slow("body", self._limits.body_seconds)(scope, receive, send)
        else:
            if messages[-1]["type"] == "http.request":
                await self._within_bounds(scope, _again(messages, receive), send)

    async def _within_bounds(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Has the application answer a call, unless the client has had too many, or too many are being answered.

        What never arrives as a whole counts for nobody: it would use up what others at the same address may call.
        """
        client = self._known_in(scope) or client_key((scope.get("client") or (_UNKNOWN,))[0])
        wait = self._rates.anything.take(client)
        if wait:
            await too_often(wait)(scope, receive, send)
        elif self._calls.is_full_for(client):
            answer = no_room(HTTPStatus.TOO_MANY_REQUESTS, "Too many calls at a time from this address.")
            await answer(scope, receive, send)
        elif self._calls.full:
            await no_room(HTTPStatus.SERVICE_UNAVAILABLE, "Too many calls at a time.")(scope, receive, send)
        else:
            self._calls.begin(client)
            try:
                await self._app(scope, receive, send)
            finally:
                self._calls.end(client)

    def _known_in(self, scope: Scope) -> str | None:
        """As whom a call with a right token, or of a session, is counted, whoever else calls from its address."""
        request = Request(scope)
        token = request.headers.get("authorization", "").partition(" ")[2]
        given = (token, request.cookies.get(SESSION_COOKIE, ""))
        return next((key for one in given if one and (key := self._rates.right_tokens.key(one))), None)

    async def _body(self, receive: Receive) -> list[Message]:
        """The messages that bring the body."""
        messages: list[Message] = []
        length = 0
        while True:
            message = await receive()
            messages.append(message)
            length += len(message.get("body", b""))
            if length > self._limits.body:
                raise _TooLargeError
            if message["type"] != "http.request" or not message.get("more_body", False):
                return messages

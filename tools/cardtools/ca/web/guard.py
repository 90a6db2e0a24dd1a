"""What stands before every route: how often a client may call, how much it may send, and how long it may take."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cardtools.ca.settings import Limits
from cardtools.ca.web.limits import RateLimit
from cardtools.ca.web.refusals import refusal, too_often
from cardtools.common.protocol import Problem


class _TooLargeError(Exception):
    """The body is larger than the CA takes."""


class Rates:
    """The rate limits of one CA, each counted by client address."""

    def __init__(self, limits: Limits) -> None:
        self.anything = RateLimit(limits.anything)
        self.asking = RateLimit(limits.asking)
        self.wrong_tokens = RateLimit(limits.wrong_tokens)


def client_of(request: Request) -> str:
    """The address that a call came from."""
    return "unknown" if request.client is None else request.client.host


class Guard:
    """Lets a call through to the application once its whole body is here."""

    def __init__(self, app: ASGIApp, limits: Limits, rates: Rates) -> None:
        self._app = app
        self._limits = limits
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        wait = self._rates.anything.take("unknown" if client is None else client[0])
        if wait:
            await too_often(wait)(scope, receive, send)
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
            answer = refusal(
                HTTPStatus.REQUEST_TIMEOUT,
                Problem.BAD_REQUEST,
                f"The body did not arrive within {self._limits.body_seconds:g} s.",
                {"Connection": "close"},
            )
            await answer(scope, receive, send)
        else:
            waiting = iter(messages)

            async def again() -> Message:
                message = next(waiting, None)
                return await receive() if message is None else message

            await self._app(scope, again, send)

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

"""The API's streams of events (Server-Sent Events), and what was said to a card before."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from stuntcard.serve.callers import AllCards, Calling, CardSeen
from stuntcard.serve.cards import Cards
from stuntcard.serve.hub import STREAMS_MAX, Stream, TooManyStreamsError
from stuntcard.serve.problems import Problem, ProblemError, refusals

router = APIRouter(prefix="/api/v1", tags=["events"])

_HEARTBEAT = 15.0
"""Seconds without an event until a comment says that the stream lives."""
_STREAM: dict[int | str, dict[str, object]] = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=60)]
After = Annotated[str | None, Query(max_length=60, description="As Last-Event-ID, for who can't send that header.")]


@router.get("/events", response_class=StreamingResponse, responses=_STREAM | refusals(Problem.TOO_MANY))
async def events(
    cards: AllCards, caller: Calling, last_event_id: LastEventId = None, after: After = None
) -> StreamingResponse:
    """What happens to all cards that the token is for."""
    return _streamed(cards, caller.may_see, last_event_id or after)


@router.get(
    "/cards/{id}/events",
    response_class=StreamingResponse,
    responses=_STREAM | refusals(Problem.NO_SUCH_CARD, Problem.TOO_MANY),
)
async def events_of_card(
    cards: AllCards, card: CardSeen, last_event_id: LastEventId = None, after: After = None
) -> StreamingResponse:
    """What happens to one card."""
    id_ = card.id
    return _streamed(cards, lambda other: other == id_, last_event_id or after)


def _streamed(cards: Cards, wanted: Callable[[str], bool], last: str | None) -> StreamingResponse:
    try:
        stream = cards.hub.listen(wanted)
    except TooManyStreamsError:
        detail = f"{STREAMS_MAX} streams are open already; close one, or try again in a moment"
        raise ProblemError(Problem.TOO_MANY, detail) from None
    return _EventStream(cards, stream, last)


class _EventStream(StreamingResponse):
    """An answer that goes on until the client or the server ends it."""

    def __init__(self, cards: Cards, stream: Stream, last: str | None) -> None:
        super().__init__(_sent(cards, stream, last), media_type="text/event-stream")
        self._cards = cards
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._cards.hub.leave(self._stream)


async def _sent(cards: Cards, stream: Stream, last: str | None) -> AsyncIterator[bytes]:
    first = cards.hub.missed(last, stream.wanted) if last is not None else None
    if first is None:
        first = [cards.hub.begin(one.id, one.as_told()) for one in cards.all() if stream.wanted(one.id)]
    yield b": stuntcard\n\n" + b"".join(first)
    while (content := await _next(stream)) is not None:
        yield content


async def _next(stream: Stream) -> bytes | None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_HEARTBEAT):
            return await stream.next()
    return b":\n\n"

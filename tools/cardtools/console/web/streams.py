"""Streams that tell pages to refresh (Server-Sent Events). What a page shows, it fetches; so nothing is queued."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

STREAMS_MAX = 500
STREAMS_OF_TOPIC_MAX = 30
"""A desk is looked at by its trainee and the trainer, so that nobody with a link takes the others' streams."""
_HEARTBEAT = 15.0
"""Seconds without news until a comment says that the stream lives."""


class Stream:
    """One page that listens. News that it has not fetched yet are told once, however many they were."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self._loop = asyncio.get_running_loop()
        self._news: set[str] = set()
        self._there = asyncio.Event()
        self._over = False

    def tell(self, what: str | None) -> None:
        """There is news, or with None no more of them; from any thread."""
        self._loop.call_soon_threadsafe(self._note, what)

    def _note(self, what: str | None) -> None:
        if what is None:
            self._over = True
        else:
            self._news.add(what)
        self._there.set()

    async def news(self) -> list[str] | None:
        """What is new since the last time; empty when nothing was for a while, None at the end."""
        try:
            async with asyncio.timeout(_HEARTBEAT):
                await self._there.wait()
        except TimeoutError:
            return []
        self._there.clear()
        found, self._news = sorted(self._news), set()
        return None if self._over else found


class Hub:
    """Who listens to what."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: dict[str, set[Stream]] = defaultdict(set)
        self._count = 0
        self._closed = False

    def listen(self, topic: str) -> Stream | None:
        """A new stream; None when there are too many, of this topic or of all."""
        with self._lock:
            there = len(self._streams.get(topic, ()))
            if self._closed or self._count >= STREAMS_MAX or there >= STREAMS_OF_TOPIC_MAX:
                return None
            self._count += 1
            stream = Stream(topic)
            self._streams[topic].add(stream)
            return stream

    def leave(self, stream: Stream) -> None:
        """The page listens no more."""
        with self._lock:
            streams = self._streams[stream.topic]
            if stream in streams:
                streams.remove(stream)
                self._count -= 1
            if not streams:
                del self._streams[stream.topic]

    def tell(self, topic: str, what: str) -> None:
        """Tells all who listen to a topic; from any thread."""
        with self._lock:
            for stream in self._streams.get(topic, ()):
                stream.tell(what)

    def close(self) -> None:
        """Ends all streams, and begins none any more."""
        with self._lock:
            self._closed = True
            for streams in self._streams.values():
                for stream in streams:
                    stream.tell(None)


class EventStream(StreamingResponse):
    """The answer to a page that listens; it goes on until one of both ends it."""

    def __init__(self, hub: Hub, stream: Stream) -> None:
        super().__init__(_sent(stream), media_type="text/event-stream")
        self._hub = hub
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.leave(self._stream)


async def _sent(stream: Stream) -> AsyncIterator[bytes]:
    # A page that lost its stream may have missed something; so it begins with a refresh of everything.
    yield b"retry: 1000\nevent: all\ndata:\n\n"
    while (news := await stream.news()) is not None:
        yield "".join(f"event: {what}\ndata:\n\n" for what in news).encode() or b":\n\n"

"""Connections that hold nothing up: a call has so long to arrive, and its answer so long to be taken.

uvicorn waits for the head of a call without end. Here a client may have so many connections on which no whole call has
arrived, and all clients together so many; beyond that the one that has waited longest is closed. So whoever opens
connections and says nothing loses them again, and whoever calls is heard.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

import h11
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from cardtools.common.client_key import client_key

_NO_LINGERING = struct.pack("ii", 1, 0)
"""Else the system would go on offering what was not taken, for minutes."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many connections may wait, of a client and in all, and for how long.

    `answer_seconds`: in which an answer has to be taken; an endless one, as a stream is, whatever of it waits.
    """

    waiting: int
    waiting_of_a_client: int
    head_seconds: float
    answer_seconds: float
    endless: bool = False


class Waiting:
    """The connections of a server on which no whole call has arrived, the one that waits longest first."""

    def __init__(
        self, bounds: Bounds, too_slow: Callable[[], Response], is_proxy: Callable[[str], bool] = lambda _: False
    ) -> None:
        """`too_slow` is the answer to a head that did not arrive in time."""
        self.bounds = bounds
        self.too_slow = too_slow
        self._is_proxy = is_proxy
        self._connections: dict[BoundedConnection, str] = {}
        self._of_client: dict[str, dict[BoundedConnection, None]] = {}

    def add(self, connection: BoundedConnection, host: str) -> None:
        """One more waits; who has waited longest goes, where that is one too many."""
        client = client_key(host)
        own = self._of_client.setdefault(client, {})
        own[connection] = None
        self._connections[connection] = client
        if len(own) > self.bounds.waiting_of_a_client and not self._is_proxy(host):
            next(iter(own)).drop()
        elif len(self._connections) > self.bounds.waiting:
            next(iter(self._connections)).drop()

    def remove(self, connection: BoundedConnection) -> None:
        """A whole call has arrived, or the connection is gone."""
        client = self._connections.pop(connection, None)
        if client is not None:
            own = self._of_client[client]
            del own[connection]
            if not own:
                del self._of_client[client]


class BoundedConnection(H11Protocol):
    """One connection. A subclass for each server says with which others it waits."""

    waiting: Waiting
    _waits = False
    _answered: RequestResponseCycle | None = None
    """The call that is being answered, or was last."""
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._end_waiting()
        self._set_deadline(None)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Something has come, or a call was answered."""
        super().handle_events()
        if self.transport.is_closing():
            return
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            if not self._waits:
                self._wait()
        elif self.cycle is not self._answered:
            self._answered = self.cycle
            self._end_waiting()
            self._set_deadline(None if self.waiting.bounds.endless else self.waiting.bounds.answer_seconds, self.drop)

    def pause_writing(self) -> None:
        """The client takes too little of an answer."""
        super().pause_writing()
        if self.waiting.bounds.endless:
            self._set_deadline(self.waiting.bounds.answer_seconds, self.drop)

    def resume_writing(self) -> None:
        """It has taken what waited."""
        super().resume_writing()
        if self.waiting.bounds.endless:
            self._set_deadline(None)

    def shutdown(self) -> None:
        """The server ends: a call that has not arrived is not waited for."""
        if self._waits:
            self.drop()
        else:
            super().shutdown()

    def drop(self) -> None:
        """Closes the connection at once, and forgets what was not taken of an answer."""
        self._end_waiting()
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
        self.transport.abort()

    def _wait(self) -> None:
        self._waits = True
        self._set_deadline(self.waiting.bounds.head_seconds, self._head_is_late)
        self.waiting.add(self, self.client[0] if self.client else "unknown")

    def _end_waiting(self) -> None:
        self._waits = False
        self.waiting.remove(self)

    def _head_is_late(self) -> None:
        # The body has a time of its own, in front of the application.
        if self.conn.their_state is h11.IDLE:
            if self.conn.trailing_data[0]:
                self.transport.write(self._refusal())
            self.transport.close()
        self._set_deadline(self.waiting.bounds.answer_seconds, self.drop)

    def _refusal(self) -> bytes:
        answer = self.waiting.too_slow()
        response = h11.Response(status_code=answer.status_code, headers=answer.raw_headers)
        events = (response, h11.Data(data=bytes(answer.body)), h11.EndOfMessage())
        return b"".join(self.conn.send(event) or b"" for event in events)

    def _set_deadline(self, seconds: float | None, late: Callable[[], None] | None = None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None or late is None else self.loop.call_later(seconds, late)

"""Connections that hold nothing up: a call has so long to arrive, and what is sent so long to be taken.

uvicorn waits without end for the head of a call, and for a client that takes nothing of its answer. Here such a
connection is closed, and there are only so many at a time.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
TAKING_SECONDS = 10.0
"""Seconds in which a client has to take what waits for it, if there is more than the system holds."""
CONNECTIONS_MAX = 700
_NO_LINGERING = struct.pack("ii", 1, 0)
"""Else the system would go on offering what was not taken, for minutes."""


class BoundedConnection(H11Protocol):
    """One connection. A subclass for each server says with which others it counts."""

    others: set[BoundedConnection]
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come."""
        super().connection_made(transport)
        self.others.add(self)
        if len(self.others) > CONNECTIONS_MAX:
            self._drop()
        else:
            self._set_deadline(HEAD_SECONDS, self._drop)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self.others.discard(self)
        self._set_deadline(None)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Something has come, or a call was answered."""
        super().handle_events()
        if not self.transport.is_closing():
            self._set_deadline(HEAD_SECONDS if self.conn.their_state is h11.IDLE else None, self._drop)

    def pause_writing(self) -> None:
        """The client takes too little."""
        super().pause_writing()
        self._set_deadline(TAKING_SECONDS, self._drop)

    def resume_writing(self) -> None:
        """It has taken what waited."""
        super().resume_writing()
        self._set_deadline(None)

    def _drop(self) -> None:
        """Closes the connection at once, and forgets what was not taken of an answer."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
        self.transport.abort()

    def _set_deadline(self, seconds: float | None, late: Callable[[], None] | None = None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None or late is None else self.loop.call_later(seconds, late)

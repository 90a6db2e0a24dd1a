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


class _Due:
    """A time by which something has to have happened; it is set once, and what comes meanwhile moves it no further."""

    def __init__(self, seconds: float, late: Callable[[], None]) -> None:
        self._seconds = seconds
        self._late = late
        self._handle: asyncio.TimerHandle | None = None

    def set(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on time runs, if it does not run yet."""
        if self._handle is None:
            self._handle = loop.call_later(self._seconds, self._late)

    def clear(self) -> None:
        """It has happened."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None


class BoundedConnection(H11Protocol):
    """One connection. A subclass for each server says with which others it counts."""

    others: set[BoundedConnection]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come."""
        super().connection_made(transport)
        self._head, self._taking = _Due(HEAD_SECONDS, self._drop), _Due(TAKING_SECONDS, self._drop)
        self.others.add(self)
        if len(self.others) > CONNECTIONS_MAX:
            self._drop()
        else:
            self._head.set(self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self.others.discard(self)
        self._head.clear()
        self._taking.clear()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Something has come, or a call was answered."""
        super().handle_events()
        if self.conn.their_state is not h11.IDLE:
            self._head.clear()
        elif not self.transport.is_closing():
            self._head.set(self.loop)

    def pause_writing(self) -> None:
        """The client takes too little."""
        super().pause_writing()
        self._taking.set(self.loop)

    def resume_writing(self) -> None:
        """It has taken what waited."""
        super().resume_writing()
        self._taking.clear()

    def _drop(self) -> None:
        """Closes the connection at once, and forgets what was not taken of an answer."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
        self.transport.abort()

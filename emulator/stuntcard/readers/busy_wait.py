"""Waiting for the next message of a client that is in the middle of something.

Between two commands most clients take some tens of microseconds. A processor that goes to sleep in that time needs
longer to wake up than the card needs to answer, above all in a virtual machine; so a reader goes to the processor on
which its client runs, and where it can't, looks for a short while whether the next message is there, and only then lets
the system wake it.

That helps one client. Where several work, who looks takes the time from those who have something to answer; so nobody
does either as long as more than one connection of this process had a message within the last moment.
"""

from __future__ import annotations

import socket
import time

from stuntcard.readers.one_processor import OneProcessor, processors

SECONDS = 150e-6
MOMENT = 10e-3
"""Seconds that a connection has to be the only one with messages before it is taken for alone."""
_SEVERAL_PROCESSORS = len(processors()) > 1
"""With one processor, who waits so takes the time from the client."""


class Company:
    """Which connection had the last message, and since when it is always the same one.

    Written by several threads without a lock: at worst somebody looks once too often, or not at all.
    """

    def __init__(self) -> None:
        self._last = -1
        self._since = 0.0

    def is_alone(self, connection: int, now: float) -> bool:
        """Whether no other connection had a message within the last moment; notes that this one has."""
        if connection != self._last:
            self._last, self._since = connection, now
            return False
        return now - self._since > MOMENT


_company = Company()


class Attention:
    """How a connection's thread, and no other, awaits the next message."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._number = connection.fileno()
        self._place = OneProcessor(connection)

    def await_soon(self) -> None:
        """Returns when something can be received, or the connection ends, or after a short while.

        At once while other connections of this process have messages as well, or where the client runs on the same
        processor, which who waits so would take from it.
        """
        if not _SEVERAL_PROCESSORS:
            return
        now = time.perf_counter()
        if not _company.is_alone(self._number, now):
            self._place.leave()
        elif not self._place.share(now):
            self._look(now + SECONDS)

    def _look(self, end: float) -> None:
        clock = time.perf_counter
        while clock() < end:
            try:
                self._connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue
            return

"""Waiting for the next message of a client that is in the middle of something.

Between two commands most clients take some tens of microseconds. A processor that goes to sleep in that time needs
longer to wake up than the card needs to answer, above all in a virtual machine; so a reader looks for a short while
whether the next message is there, and only then lets the system wake it.

That helps one client. Where several work, who looks takes the time from those who have something to answer; so nobody
looks as long as more than one connection of this process had a message within the last moment.
"""

from __future__ import annotations

import os
import socket
import time

SECONDS = 150e-6
MOMENT = 10e-3
"""Seconds that a connection has to be the only one with messages before it is taken for alone."""
_SEVERAL_PROCESSORS = (os.cpu_count() or 1) > 1
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


def await_soon(connection: socket.socket) -> None:
    """Returns when something can be received, or the connection ends, or after a short while.

    At once while other connections of this process have messages as well.
    """
    if not _SEVERAL_PROCESSORS:
        return
    clock = time.perf_counter
    now = clock()
    if not _company.is_alone(connection.fileno(), now):
        return
    end = now + SECONDS
    while clock() < end:
        try:
            connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            continue
        return

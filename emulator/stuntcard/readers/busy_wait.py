"""Waiting for the next message of a client that is in the middle of something.

Between two commands most clients take some tens of microseconds. A processor that goes to sleep in that time needs
longer to wake up than the card needs to answer, above all in a virtual machine; so a reader looks for a short while
whether the next message is there, and only then lets the system wake it.
"""

from __future__ import annotations

import os
import socket
import time

SECONDS = 150e-6
_SEVERAL_PROCESSORS = (os.cpu_count() or 1) > 1
"""With one processor, who waits so takes the time from the client."""


def await_soon(connection: socket.socket) -> None:
    """Returns when something can be received, or the connection ends, or after a short while."""
    if not _SEVERAL_PROCESSORS:
        return
    clock = time.perf_counter
    end = clock() + SECONDS
    while clock() < end:
        try:
            connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            continue
        return

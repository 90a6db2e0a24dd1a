"""A client and the thread that serves it, on one processor.

One of the two always waits for the other, so one processor is enough for both; and to let somebody run on the one
that oneself leaves costs nothing, while to wake one that sleeps takes longer than the card needs for an answer,
above all in a virtual machine. The client stays where the system has put it: the thread follows.

Where another processor has nothing to do, Linux wakes the client there each time, and to follow it would cost more than
it saves. So the thread leaves a client that does not stay, and tries again after a while.

A client writes a command in three pieces. The thread shall not run before the last of them, or the two would change
places in vain: Linux lets nobody be interrupted by the awakening of a thread of the class SCHED_BATCH (sched(7)).
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from struct import Struct

LOOK_AGAIN = 10e-3
TRY_AGAIN = 0.3
"""Seconds after which the thread looks whether the client has been moved."""

_CREDENTIALS = Struct("iII")  # struct ucred: process, user, group
_THREADS, _PROCESSOR = 17, 36
"""Places in /proc/PID/stat behind the program's name (proc(5): num_threads, processor)."""


def processors() -> frozenset[int]:
    """Those that the calling thread may run on."""
    if hasattr(os, "sched_getaffinity"):
        return frozenset(os.sched_getaffinity(0))
    return frozenset(range(os.cpu_count() or 1))


class OneProcessor:
    """What moves the calling thread, which must always be the same, beside the client of a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._client = _client_of(connection)
        self._all = processors()
        self._may_interrupt = hasattr(os, "SCHED_BATCH") and os.sched_getscheduler(0) == os.SCHED_OTHER
        self._here: int | None = None
        self._next_look = 0.0

    def share(self, now: float) -> bool:
        """Whether the thread is where the client is; moves it there. `now`: seconds of a clock that only goes forward.

        Never so for a client with several threads, of which any may be the one that talks, nor for one elsewhere.
        """
        if now < self._next_look:
            return self._here is not None
        try:
            self._follow(_processor_of(self._client))
        except OSError:  # it has gone, or the system lets nobody look or move
            self._client = None
            self.leave()
        self._next_look = now + (TRY_AGAIN if self._here is None else LOOK_AGAIN)
        return self._here is not None

    def leave(self) -> None:
        """Lets the thread run anywhere again."""
        if self._here is not None:
            self._here = None
            os.sched_setaffinity(0, self._all)
            self._interrupt_client(True)
        self._next_look = 0.0

    def _follow(self, processor: int | None) -> None:
        if self._here is None and processor in self._all:
            os.sched_setaffinity(0, {processor})
            self._interrupt_client(False)
            self._here = processor
        elif processor != self._here:
            self.leave()

    def _interrupt_client(self, may: bool) -> None:
        """Unless somebody chose another class for all of the program, or the system does not let it be changed."""
        if self._may_interrupt:
            with suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_OTHER if may else os.SCHED_BATCH, os.sched_param(0))


def _client_of(connection: socket.socket) -> int | None:
    """The process at the other end, if it is one of this machine that can be told."""
    if connection.family != socket.AF_UNIX or not hasattr(socket, "SO_PEERCRED"):
        return None
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    process: int = _CREDENTIALS.unpack(credentials)[0]
    return process or None  # 0 is one in another namespace


def _processor_of(process: int | None) -> int | None:
    """Where a process with one thread ran last; None for any other. Raises OSError when it is gone."""
    if process is None:
        return None
    with open(f"/proc/{process}/stat", "rb", buffering=0) as stat:
        fields = stat.read().rpartition(b")")[2].split()
    return int(fields[_PROCESSOR]) if fields[_THREADS] == b"1" else None

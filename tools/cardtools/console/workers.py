"""Processes that work with a card, one a piece of work.

libpcsclite keeps the name of its socket for as long as a process lives, so that no process can work with the cards of
two trainees. A process is forked off one that has everything loaded and has never met a card; so it is there within
milliseconds, holds codes no longer than its work takes, and can't keep another waiting.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

from cardtools.console.acts.values import Result, Work
from cardtools.console.errors import WorkerError

_LOG = logging.getLogger(__name__)

_AT_ONCE = 8
_PATIENCE = 60.0
"""Seconds for one piece of work. A key of 2048 bits is made in one, one of 4096 in some."""
_SOCKET, _HOME = "PCSCLITE_CSOCK_NAME", "ENROL_HOME"
_LOADED = "cardtools.console.acts.loaded"


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a trainee sits: the socket of the reader with the card, and the folder of the enrolment client."""

    socket: Path
    home: Path


class Workers:
    """Does work, a few pieces at a time; the others wait."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([_LOADED])
        self._turn = threading.BoundedSemaphore(_AT_ONCE)

    def start(self) -> None:
        """Has the process loaded from which the others come; the first piece of work would wait for it."""
        threading.Thread(target=forkserver.ensure_running, daemon=True).start()

    def do(self, seat: Seat, work: Work) -> Result:
        """What came of the work. Raises WorkerError when its process came to no end."""
        with self._turn:
            ours, theirs = self._context.Pipe()
            with ours:
                process = self._context.Process(target=_work, args=(theirs, str(seat.socket), str(seat.home)))
                process.start()
                theirs.close()
                try:
                    return _exchange(ours, work)
                finally:
                    # Its answer is here, or it is too late for one.
                    process.kill()
                    process.join()
                    process.close()


def _exchange(process: Connection, work: Work) -> Result:
    # Codes go through the pipe alone.
    try:
        process.send_bytes(work.model_dump_json().encode())
        if not process.poll(_PATIENCE):
            raise WorkerError(f"no end of {work.act or work.kind} within {_PATIENCE:.0f} s")
        return Result.model_validate_json(process.recv_bytes())
    except (EOFError, OSError) as error:
        raise WorkerError(f"{work.act or work.kind} broke off") from error


def _work(asking: Connection, socket: str, home: str) -> None:
    """The process: one request, one answer. What goes wrong beyond what can be told ends it without one."""
    os.environ[_SOCKET] = socket
    os.environ[_HOME] = home
    from cardtools.console.acts.work import done

    work = Work.model_validate_json(asking.recv_bytes())
    try:
        answer = done(work)
    except Exception as error:
        # Its text may quote what was typed.
        _LOG.error("%s failed: %s", work.act or work.kind, type(error).__name__)
        return
    asking.send_bytes(answer.model_dump_json().encode())

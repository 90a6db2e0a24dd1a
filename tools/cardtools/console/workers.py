"""Processes that work with a card, one a piece of work.

libpcsclite keeps the name of its socket for as long as a process lives, so that no process can work with the cards of
two trainees. A process is forked off one that has everything loaded and has never met a card; it holds codes no longer
than its work takes, and can't keep another waiting. A few are forked before there is work, and wait for it.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import queue
import signal
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from cardtools.console.acts.values import Result, Work
from cardtools.console.errors import WorkerError

_LOG = logging.getLogger(__name__)

_AT_ONCE = 8
_READY = 2
"""How many processes wait for work."""
_PATIENCE = 60.0
"""Seconds for one piece of work. A key of 2048 bits is made in one, one of 4096 in some."""
_END_PATIENCE, _STEP = 10.0, 0.05
"""Seconds for the fork that is under way at the end, and between two looks for it."""
_SOCKET, _HOME = "PCSCLITE_CSOCK_NAME", "ENROL_HOME"
_LOADED = "cardtools.console.acts.loaded"


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a trainee sits: the socket of the reader with the card, and the folder of the enrolment client."""

    socket: Path
    home: Path


@dataclass(frozen=True, slots=True)
class _Process:
    """One that waits for its work, and the way to it."""

    process: ForkServerProcess
    pipe: Connection

    def end(self) -> None:
        """Ends it, at work or not."""
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()


class Workers:
    """Does work, a few pieces at a time; the others wait."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([_LOADED])
        self._turn = threading.BoundedSemaphore(_AT_ONCE)
        self._ready: queue.Queue[_Process | None] = queue.Queue(_READY)
        """None: one that could not be forked."""
        self._ended = threading.Event()
        self._filling = threading.Thread(target=self._fill, name="workers", daemon=True)
        self._starting = threading.Lock()

    def start(self) -> None:
        """Has processes ready; the first piece of work would wait for them."""
        with self._starting:
            if self._filling.ident is None and not self._ended.is_set():
                self._filling.start()

    def do(self, seat: Seat, work: Work) -> Result:
        """What came of the work. Raises WorkerError when its process came to no end."""
        self.start()
        with self._turn:
            one = self._ready.get()
            if one is None:
                raise WorkerError("no process could be forked")
            try:
                return _exchange(one.pipe, seat, work)
            finally:
                # Its answer is here, or it is too late for one.
                one.end()

    def end(self) -> None:
        """Ends those that wait, and forks no more."""
        with self._starting:
            self._ended.set()
            until = time.monotonic() + _END_PATIENCE
            while self._filling.is_alive() and time.monotonic() < until:
                self._let_go()
                self._filling.join(_STEP)
        self._let_go()

    def _let_go(self) -> None:
        while True:
            try:
                one = self._ready.get_nowait()
            except queue.Empty:
                return
            if one is not None:
                one.end()

    def _fill(self) -> None:
        while not self._ended.is_set():
            try:
                one = self._forked()
            except OSError as error:
                _LOG.error("no process can be forked: %s", error.strerror)
                self._ready.put(None)
            else:
                self._ready.put(one)

    def _forked(self) -> _Process:
        ours, theirs = self._context.Pipe()
        # A daemon, so that one that waits keeps nobody from ending.
        process = self._context.Process(target=_work, args=(theirs,), daemon=True)
        try:
            process.start()
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        return _Process(process, ours)


def _exchange(process: Connection, seat: Seat, work: Work) -> Result:
    # Codes go through the pipe alone.
    try:
        for part in (str(seat.socket), str(seat.home), work.model_dump_json()):
            process.send_bytes(part.encode())
        if not process.poll(_PATIENCE):
            raise WorkerError(f"no end of {work.act or work.kind} within {_PATIENCE:.0f} s")
        return Result.model_validate_json(process.recv_bytes())
    except (EOFError, OSError) as error:
        raise WorkerError(f"{work.act or work.kind} broke off") from error


def _work(asking: Connection) -> None:
    """The process: one request, one answer. What goes wrong beyond what can be told ends it without one."""
    # Ctrl-C at the terminal is for the console, which ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        os.environ[_SOCKET], os.environ[_HOME], asked = (asking.recv_bytes().decode() for _ in range(3))
    except EOFError:
        # The console is gone.
        return
    from cardtools.console.acts.work import done

    work = Work.model_validate_json(asked)
    try:
        answer = done(work)
    except Exception as error:
        # Its text may quote what was typed.
        _LOG.error("%s failed: %s", work.act or work.kind, type(error).__name__)
        return
    asking.send_bytes(answer.model_dump_json().encode())

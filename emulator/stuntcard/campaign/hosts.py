"""The processes that run cells, on this machine: one for each thread that asks, started anew when it is lost.

A host keeps its client within its limits; that the client can't stop the host, is seen to from here.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path

from stuntcard.campaign.client import wake
from stuntcard.campaign.outcome import VERSION_SECONDS, Job, Outcome, Request, Version, broken

_PATIENCE = 60.0
"""Seconds for a host to end its client, put its card away, and end itself, on a busy machine."""
_LOOK = 1.0
"""Seconds between two looks at a host that does not answer."""
_CHUNK = 1 << 16
_ASIDE = 120.0
"""Seconds beside what its client may take, after which a host is lost: for making the card, and a busy machine."""
_TIMES = 2
"""So often a cell may be lost with its process before it is given up."""


class HostLostError(Exception):
    """The process ended without an answer."""


class Host:
    """One such process."""

    def __init__(self) -> None:
        """Starts it."""
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "stuntcard.campaign.host"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,
        )

    def ask(self, request: str, seconds: float) -> str:
        """Its answer, as JSON, for which it has so many seconds. Raises HostLostError."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(request.encode() + b"\n")
            self._process.stdin.flush()
            return self._answer(time.monotonic() + seconds)
        except (OSError, ValueError) as error:
            raise HostLostError from error

    def _answer(self, deadline: float) -> str:
        assert self._process.stdout is not None
        stream, answer = self._process.stdout.fileno(), b""
        poll = select.poll()
        poll.register(stream, select.POLLIN)
        while not answer.endswith(b"\n"):
            if poll.poll(1000 * _LOOK):
                chunk = os.read(stream, _CHUNK)
                if not chunk:
                    raise HostLostError
                answer += chunk
            elif time.monotonic() > deadline:
                self._process.kill()
                raise HostLostError
            else:
                wake(self._process.pid)
        return answer.decode()

    def end(self) -> None:
        """Has it end, and the client that it runs."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.close()

    def wait(self) -> None:
        """Until it has ended; one that does not is killed."""
        deadline = time.monotonic() + _PATIENCE
        while self._process.poll() is None:
            if time.monotonic() > deadline:
                self._process.kill()
            try:
                self._process.wait(_LOOK)
            except subprocess.TimeoutExpired:
                wake(self._process.pid)  # its client may have stopped it
        if self._process.stdout is not None:
            with contextlib.suppress(OSError):
                self._process.stdout.close()


class Hosts:
    """A host for each thread that asks, as long as they are asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_thread: dict[int, Host] = {}
        self._ended = False

    def ask(self, request: str, seconds: float) -> str:
        """The answer of this thread's host, for which it has so many seconds.

        Raises HostLostError when one after the other is lost over it.
        """
        for _ in range(_TIMES):
            with contextlib.suppress(HostLostError):
                return self._mine().ask(request, seconds)
            self._lose_mine()
        raise HostLostError

    def end(self, *, for_good: bool) -> None:
        """Ends all of them, and the clients that they run; for good, there will be no more."""
        with self._lock:
            self._ended = for_good
            hosts = list(self._by_thread.values())
            self._by_thread.clear()
        for host in hosts:
            host.end()
        for host in hosts:
            host.wait()

    def _mine(self) -> Host:
        with self._lock:
            if self._ended:
                raise HostLostError
            if threading.get_ident() not in self._by_thread:
                self._by_thread[threading.get_ident()] = Host()
            return self._by_thread[threading.get_ident()]

    def _lose_mine(self) -> None:
        with self._lock:
            host = self._by_thread.pop(threading.get_ident(), None)
        if host is not None:
            host.end()
            host.wait()


_HOSTS = Hosts()
"""Those of this process, which is the campaign's own, or a worker's on another machine."""


def answer_to(request: str) -> str:
    """The answer to a request, both as JSON; where the process that ran it was lost, it says so."""
    asked = Request.model_validate_json(request)
    try:
        return _HOSTS.ask(request, _allowed(asked) + _ASIDE)
    except HostLostError:
        return lost(asked).model_dump_json()


def _allowed(request: Request) -> float:
    """Seconds that its clients may take."""
    what = request.what
    return what.limits.seconds * (1 + what.retries) if isinstance(what, Job) else VERSION_SECONDS


def lost(request: Request) -> Outcome | Version:
    """The answer in place of one that is lost."""
    reason, what = f"the process that ran it was lost {_TIMES} times", request.what
    return broken(what.cell, reason) if isinstance(what, Job) else Version(name=what.name, text="", refused=reason)


def end_hosts() -> None:
    """Ends those of this process for good."""
    _HOSTS.end(for_good=True)


def rest() -> None:
    """Ends those of this process, until there are more cells to run."""
    _HOSTS.end(for_good=False)

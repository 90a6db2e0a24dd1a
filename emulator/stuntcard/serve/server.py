"""Serving cards over HTTP on a port, until a signal ends it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from stuntcard.control.directory import runtime_directory
from stuntcard.serve.cards import Cards
from stuntcard.serve.connections import BoundedConnection
from stuntcard.serve.guard import Hosts

LOOPBACK = "127.0.0.1"
PORT = 7816
"""As the standard."""
NOTE = "serve.json"
"""The file in the runtime folder that says where this user's server is, and what its token is."""
_LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
_EVERYWHERE = ("0.0.0.0", "[::]")  # noqa: S104 - to tell what was chosen
_BACKLOG = 1024
_KEEP_ALIVE_SECONDS = 5
_LAST_CALLS_SECONDS = 1


class AlreadyServedError(Exception):
    """A server of this user runs already."""


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens (port 0: a free one), and the address of what is served there. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=_BACKLOG) as listener:
        # asyncio does so only for sockets that name TCP as their protocol; without it each answer waits 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shown = f"[{host}]" if family == socket.AF_INET6 else host
        yield listener, f"http://{shown}:{listener.getsockname()[1]}"


def hosts_of(url: str) -> Hosts:
    """What clients may call a server at this address: by its own name, or this machine's."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    everywhere = host in _EVERYWHERE
    names = (*_LOCAL_NAMES, socket.gethostname()) if everywhere else (*_LOCAL_NAMES, host)
    return Hosts(frozenset(f"{name.lower()}:{port}" for name in names), port if everywhere else None)


def require_none_serving() -> None:
    """Raises AlreadyServedError when this user's cards are served by another process, or OSError."""
    there = read_note(runtime_directory() / NOTE)
    if there is not None:
        raise AlreadyServedError(f"cards are served already, at {there['url']} (process {there['process']})")


@contextlib.contextmanager
def noted(url: str, token: str) -> Iterator[Path]:
    """A private file that tells this user's programs where the server is. Raises AlreadyServedError, or OSError."""
    require_none_serving()
    path = runtime_directory() / NOTE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        # Held as long as this process lives. A process that was killed goes on counting as one until it is waited for.
        fcntl.flock(file, fcntl.LOCK_EX)
        json.dump({"url": url, "token": token, "process": os.getpid()}, file)
        file.flush()
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def read_note(path: Path) -> dict[str, object] | None:
    """Where a server is that runs; None when there is none."""
    try:
        with path.open("rb") as file:
            if not _held_by_another(file):
                return None
            note = json.loads(file.read())
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) and {"url", "process"} <= note.keys() else None


def _held_by_another(file: BufferedReader) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


class Server(uvicorn.Server):
    """Serves until SIGINT, SIGTERM or SIGHUP."""

    def __init__(self, app: FastAPI, cards: Cards, started: Callable[[], None]) -> None:
        class Connection(BoundedConnection):
            """One of this server's."""

            others: set[BoundedConnection] = set()  # noqa: RUF012 - shared by all of them, and meant to be

        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                ws="none",
                log_level="error",
                access_log=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_LAST_CALLS_SECONDS,
                server_header=False,
                proxy_headers=False,
            )
        )
        self._cards = cards
        self._say_started = started
        self._unsaid: Exception | None = None

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serves. Raises what kept it from saying that it has begun."""
        super().run(sockets)
        if self._unsaid is not None:
            raise self._unsaid

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to serve."""
        await super().startup(sockets)
        try:
            self._say_started()
        except Exception as error:
            self._unsaid, self.should_exit = error, True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends; streams would go on otherwise, and be waited for."""
        self._cards.hub.close()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came: this is no failure, and needs no second one."""
        del sig, frame
        self.should_exit = True


def serve_until_told(server: Server, listener: socket.socket) -> None:
    """Serves in the main thread; SIGHUP ends it as SIGTERM does."""
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, server.handle_exit)
    server.run([listener])

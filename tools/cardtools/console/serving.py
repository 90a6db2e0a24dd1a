"""One run of the console, from its first line to its last."""

from __future__ import annotations

import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from cardtools.common.announced_server import AnnouncedServer
from cardtools.common.connections import BoundedConnection, Bounds, Waiting
from cardtools.common.listener import is_loopback, listen, url_of
from cardtools.common.messages import Language
from cardtools.console.app import create_app
from cardtools.console.children import Child, Note, TrainingCa, server_running, start_server
from cardtools.console.emulator.api import Emulator, EmulatorError
from cardtools.console.errors import ConsoleError
from cardtools.console.school.plan import ClassPlan
from cardtools.console.school.school import Held, School
from cardtools.console.store.database import Database
from cardtools.console.store.registry import Registry
from cardtools.console.store.rows import ClassRow
from cardtools.console.watching import Watcher
from cardtools.console.web.context import Console
from cardtools.console.web.guard import too_slow
from cardtools.console.web.streams import Hub
from cardtools.console.web.visitors import Visitors
from cardtools.console.workers import Workers

_LAST_CALLS_SECONDS = 1
_KEEP_ALIVE_SECONDS = 30
_HEADS_AT_ONCE = 1000
_BOUNDS = Bounds(waiting=400, waiting_of_a_client=300, head_seconds=10, answer_seconds=10, endless=True)
"""A class of fifty may come from one address, each with a browser that keeps six connections."""
_BACKLOG = 512
_ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - to refuse them: links name the console by its host


ReadPlan = Callable[[Sequence[str]], ClassPlan]
"""Gives the class that is to be held, once it is known which exercises there are. Raises ConsoleError."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the console is run. `ca_url`: a CA that runs already."""

    folder: Path
    host: str
    port: int
    ca_url: str | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A console that is served: its address, the trainer's link, and the class that is held, if one is.

    `shared`: the address of the emulator's server, where it ran before; `kept` gives the classes that there are then.
    """

    url: str
    link: str
    held: Held | None
    shared: str | None
    kept: Callable[[], list[ClassRow]]


def serve(options: Options, read: ReadPlan | None, ready: Callable[[Begun], None]) -> None:
    """Serves until it is told to end. `ready` is told what has begun.

    Raises ConsoleError.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        # As Ctrl-C: what was started here is ended, too.
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as stack:
        listener, url = stack.enter_context(_listening(options.host, options.port))
        registry = Registry(Database(options.folder))
        server = _EmulatorServer()
        stack.callback(server.end)
        school = School(registry, server.emulator, options.folder)
        held = school.hold(_plan(school, read)) if read is not None else None
        first = f"/classes/{held.class_row.id}" if held is not None else "/"
        school.clear_practice()
        ca = TrainingCa(options.folder / "ca", options.ca_url)
        stack.callback(ca.end)
        visitors, hub = Visitors(registry), Hub()
        workers = Workers()
        stack.callback(workers.end)
        workers.start()
        watcher = Watcher(school, hub, server.revive)
        watcher.start()
        stack.callback(watcher.end)
        console = Console(school, workers, visitors, hub, url, ca.url)
        app = create_app(console, _hosts(options.host, url))
        link = f"{url}/enter/{visitors.new_ticket()}?to={first}"
        begun = Begun(url, link, held, server.shared_url, school.classes)
        _Server(app, hub, lambda: ready(begun)).run(sockets=[listener])


def _plan(school: School, read: ReadPlan) -> ClassPlan:
    return read([one.id for one in school.exercises(Language.ENGLISH)])


class _EmulatorServer:
    """The emulator's server: the one that runs already, else one that is started, and ended in the end."""

    def __init__(self) -> None:
        """Raises ConsoleError."""
        self._lock = threading.Lock()
        self._ended = False
        self._child: Child | None = None
        self.shared_url: str | None = None
        """Where it is, if it ran before."""
        note = self._note()
        if self._child is None:
            self.shared_url = note.url
        self.emulator = Emulator(note.url, note.token)

    def revive(self) -> None:
        """Finds or starts one where the last one is gone. The cards are those that it had. Raises ConsoleError."""
        with self._lock:
            if self._ended:
                return
            note = self._note()
            self.emulator.move(note.url, note.token)

    def end(self) -> None:
        """Ends it, where it was started here."""
        with self._lock:
            self._ended = True
            self.emulator.close()
            if self._child is not None:
                self._child.end()

    def _note(self) -> Note:
        note = server_running()
        if note is None or not _answers(note):
            if self._child is not None:
                self._child.end()
            self._child, note = start_server()
        return note


def _answers(note: Note) -> bool:
    """Whether the server is there; one that was killed may count as a process for a while."""
    emulator = Emulator(note.url, note.token)
    try:
        emulator.require_there()
    except EmulatorError:
        return False
    finally:
        emulator.close()
    return True


@contextmanager
def _listening(host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens (port 0: a free one), and the address of what is served there. Raises ConsoleError."""
    if host in _ANYWHERE:
        raise ConsoleError("host-anywhere", host=host)
    try:
        listener = listen(host, port, _BACKLOG)
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise ConsoleError("host-not-here", host=host) from error
        raise ConsoleError("port-taken", host=host, port=port, reason=error.strerror or str(error)) from error
    with listener:
        yield listener, url_of(listener, host)


def _hosts(host: str, url: str) -> list[str]:
    port = url.rpartition(":")[2]
    names = [host if ":" not in host else f"[{host}]"]
    if is_loopback(host):
        names += ["127.0.0.1", "localhost", "[::1]"]
    return [f"{name}:{port}" for name in names]


class _Server(AnnouncedServer):
    """Serves until it is told to end; says when it has begun."""

    def __init__(self, app: object, hub: Hub, started: Callable[[], None]) -> None:
        class Connection(BoundedConnection):
            """One of this server's."""

            waiting = Waiting(_BOUNDS, too_slow)

        super().__init__(
            uvicorn.Config(
                app,  # type: ignore[arg-type]
                http=Connection,
                ws="none",
                log_level="error",
                access_log=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_LAST_CALLS_SECONDS,
                limit_concurrency=_HEADS_AT_ONCE,
                proxy_headers=False,
            ),
            started,
        )
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the streams, which would go on, and then serving."""
        self._hub.close()
        await super().shutdown(sockets)

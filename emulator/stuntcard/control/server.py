"""Answers other programs of the same user about one running card."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

# What is asked and answered is loaded with the first request: most cards are never asked.
if TYPE_CHECKING:
    from stuntcard.control.errors import ControlError
    from stuntcard.control.live_card import LiveCard

_log = logging.getLogger(__name__)
MAX_REQUEST = 4096
_CHUNK = 1 << 16
_PATIENCE = 5.0
"""Seconds in which a request has to come, and its answer to be taken."""
_CLIENTS_MAX = 16
"""So many requests are served at once; more wait until one of them is done, or has waited in vain."""


class ControlServer:
    """Answers requests about one reader and its card, each in a thread of its own: who hangs, hangs alone."""

    def __init__(self, path: Path, live: Callable[[], LiveCard]) -> None:
        """`path` is the socket's; `live` gives what carries requests out, and is asked with the first of them."""
        self._live = live
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX)
        self._free = threading.Semaphore(_CLIENTS_MAX)
        self._lock = threading.Lock()
        self._clients: dict[socket.socket, threading.Thread] = {}
        self._thread = threading.Thread(target=self._accept, name="control", daemon=True)

    def __enter__(self) -> ControlServer:
        self._socket.bind(str(self._path))
        self._path.chmod(0o600)
        self._socket.listen()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Shutting it down is what wakes the thread that waits in accept.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._part_from_clients()  # which lets go of the other thread, if it waits for one of them to end
        self._thread.join()
        self._part_from_clients()
        self._path.unlink(missing_ok=True)

    def _part_from_clients(self) -> None:
        with self._lock:
            clients = dict(self._clients)
        for connection in clients:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        for thread in clients.values():
            thread.join()

    def _accept(self) -> None:
        while True:
            self._free.acquire()
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), name="control-client", daemon=True)
            with self._lock:
                self._clients[connection] = thread
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, contextlib.suppress(OSError):
                line = _line(connection)
                connection.settimeout(_PATIENCE)
                connection.sendall(self._answer(line) + b"\n")
                if line is None:
                    _hear_out(connection)
        finally:
            with self._lock:
                self._clients.pop(connection, None)
            self._free.release()

    def _answer(self, line: bytes | None) -> bytes:
        from stuntcard.control.errors import ControlError, RequestError
        from stuntcard.control.languages import in_language_of
        from stuntcard.control.wire import answer_line, error_line, parse_request

        say: Callable[[ControlError], str] = str
        try:
            if line is None:
                raise RequestError(f"a request is one line of at most {MAX_REQUEST} bytes, with its end")
            request = parse_request(line)
            say = partial(in_language_of, request)
            return answer_line(self._live().answer(request))
        except ControlError as error:
            return error_line(say(error), not_understood=isinstance(error, RequestError))
        except Exception:
            # A fault of ours in one request must not leave its client without an answer.
            _log.exception("a request could not be answered")
            return error_line("the request could not be answered; the emulator's own log says why")


def _hear_out(connection: socket.socket) -> None:
    """Takes what else a client says: if that were left, the system would take the answer away from it."""
    deadline = time.monotonic() + _PATIENCE
    while (patience := deadline - time.monotonic()) > 0:
        connection.settimeout(patience)
        if not connection.recv(_CHUNK):
            return


def _line(connection: socket.socket) -> bytes | None:
    """The line that a client sends; None when it is too long or has no end. Raises OSError when it comes too late."""
    received = b""
    deadline = time.monotonic() + _PATIENCE
    while b"\n" not in received and len(received) < MAX_REQUEST:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        part = connection.recv(MAX_REQUEST)
        if not part:
            return None
        received += part
    line, end, _ = received.partition(b"\n")
    return line if end and len(line) < MAX_REQUEST else None

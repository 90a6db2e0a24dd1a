"""A little HTTP server on loopback that answers as it is told, byte by byte, or does not."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass
class LittleServer:
    """`requests` are those that came, head and body."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over, so that whoever waits in a behaviour goes on."""


@contextlib.contextmanager
def little_server(behave: Callable[[LittleServer, socket.socket], None]) -> Iterator[LittleServer]:
    """Serves one connection after the other, each by `behave`, until the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = LittleServer(f"http://127.0.0.1:{listener.getsockname()[1]}")

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                server.requests.append(_request(connection))
                behave(server, connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def answering(status: str, body: bytes, *headers: str) -> Callable[[LittleServer, socket.socket], None]:
    """Answers every request so."""
    head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers))
    whole = head.encode() + b"\r\n\r\n" + body
    return lambda _, connection: connection.sendall(whole)


def _request(connection: socket.socket) -> bytes:
    """The next one, head and body. Raises OSError when whoever called has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _received(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += _received(connection)
    return head + b"\r\n\r\n" + body


def _received(connection: socket.socket) -> bytes:
    if part := connection.recv(65536):
        return part
    raise ConnectionResetError

"""A call has so long to arrive, and no byte of it lengthens that; what is sent has so long to be taken."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route
from stuntcard.serve import connections
from stuntcard.serve.connections import BoundedConnection

PATIENCE = 60


class Connection(BoundedConnection):
    others: set[BoundedConnection] = set()  # noqa: RUF012 - shared by all of them, and meant to be


async def _lines() -> AsyncIterator[bytes]:
    while True:
        yield b"x" * 65536
        await asyncio.sleep(0)


async def stream(_: Request) -> StreamingResponse:
    return StreamingResponse(_lines())


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Where a server is that waits 0.3 seconds."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(connections, "TAKING_SECONDS", 0.3)
    config = uvicorn.Config(
        Starlette(routes=[Route("/", stream)]),
        http=Connection,
        ws="none",
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()
        server.should_exit = True
        thread.join(PATIENCE)


def is_dropped(connection: socket.socket, byte: bytes) -> bool:
    """Whether the server closes a connection although a byte comes every now and then."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(0.05)
        try:
            connection.sendall(byte)
        except (ConnectionResetError, BrokenPipeError):
            return True
    return False


def test_a_head_that_comes_a_byte_at_a_time_is_not_waited_for(place: tuple[str, int]) -> None:
    with socket.create_connection(place, timeout=PATIENCE) as slow:
        assert is_dropped(slow, b"X")


def test_who_takes_nothing_is_dropped_whatever_else_it_sends(place: tuple[str, int]) -> None:
    with socket.create_connection(place, timeout=PATIENCE) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert is_dropped(slow, b"X")


def test_who_takes_what_is_sent_goes_on(place: tuple[str, int]) -> None:
    with socket.create_connection(place, timeout=PATIENCE) as quick:
        quick.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        until = time.monotonic() + 1
        while time.monotonic() < until:
            assert quick.recv(1 << 20)

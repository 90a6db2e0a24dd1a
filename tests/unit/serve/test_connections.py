"""A call has so long to arrive, and no byte of it lengthens that; what is sent has so long to be taken."""

from __future__ import annotations

import asyncio
import contextlib
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
WAITS = 0.3
CALL = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


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
    """Where a server is that waits `WAITS` seconds."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", WAITS)
    monkeypatch.setattr(connections, "TAKING_SECONDS", WAITS)
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


def is_dropped(connection: socket.socket, first: bytes, then: bytes) -> bool:
    """Whether the server closes a connection although a byte comes every now and then."""
    until = time.monotonic() + PATIENCE
    try:
        connection.sendall(first)
        while time.monotonic() < until:
            time.sleep(0.05)
            connection.sendall(then)
    except (ConnectionResetError, BrokenPipeError):
        return True
    return False


def test_a_head_that_comes_a_byte_at_a_time_is_not_waited_for(place: tuple[str, int]) -> None:
    with socket.create_connection(place, timeout=PATIENCE) as slow:
        assert is_dropped(slow, b"X", b"X")


def test_who_takes_nothing_is_dropped_whatever_else_it_sends(place: tuple[str, int]) -> None:
    with socket.create_connection(place, timeout=PATIENCE) as slow:
        assert is_dropped(slow, CALL, b"X")


def taken(place: tuple[str, int], seconds: float) -> tuple[bool, float]:
    """Whether a stream goes on for so long, and the longest time in which this machine let nothing of it be taken."""
    began = last = time.monotonic()
    longest = 0.0
    gone = contextlib.suppress(ConnectionResetError, BrokenPipeError)
    with gone, socket.create_connection(place, timeout=PATIENCE) as quick:
        quick.sendall(CALL)
        while quick.recv(1 << 20):
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
            if last - began > seconds:
                return True, longest
    return False, max(longest, time.monotonic() - last)


def test_who_takes_what_is_sent_goes_on(place: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 3 * WAITS)
    monkeypatch.setattr(connections, "TAKING_SECONDS", 3 * WAITS)
    went_on, until = False, time.monotonic() + PATIENCE
    while not went_on and time.monotonic() < until:
        went_on, longest = taken(place, 4 * WAITS)
        # Whom the machine keeps from taking it is no such client.
        assert went_on or longest > WAITS
    assert went_on

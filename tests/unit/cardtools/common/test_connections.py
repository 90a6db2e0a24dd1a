"""A server with streams: what does not arrive is not waited for, and who takes nothing of a stream loses it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import uvicorn
from cardtools.common.connections import BoundedConnection, Bounds, Waiting
from cardtools.common.listener import listen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

HEAD, ANSWER, PATIENCE = 1.0, 0.5, 60
"""Seconds; a test that speaks at once, and takes what comes, may be held up for less by a busy machine."""
LINE = b"x" * 65536


def too_slow() -> PlainTextResponse:
    return PlainTextResponse("too slow", 408)


async def _lines(pause: float) -> AsyncIterator[bytes]:
    while True:
        yield LINE
        await asyncio.sleep(pause)


async def slow_stream(_: Request) -> StreamingResponse:
    return StreamingResponse(_lines(0.2))


async def fast_stream(_: Request) -> StreamingResponse:
    return StreamingResponse(_lines(0))


async def length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


class Connection(BoundedConnection):
    waiting = Waiting(Bounds(4, 4, HEAD, ANSWER, endless=True), too_slow)


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[str, int]]:
    """Where such a server is."""
    app = Starlette(
        routes=[Route("/slow", slow_stream), Route("/fast", fast_stream), Route("/", length, methods=["POST"])]
    )
    config = uvicorn.Config(app, http=Connection, ws="none", log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with listen("127.0.0.1", 0, 16) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()
        server.should_exit = True
        thread.join(PATIENCE)


def said(place: tuple[str, int], sent: bytes) -> socket.socket:
    connection = socket.create_connection(place, timeout=PATIENCE)
    connection.sendall(sent)
    return connection


def all_of(connection: socket.socket) -> bytes:
    received = b""
    try:
        while piece := connection.recv(1 << 20):
            received += piece
    except ConnectionResetError:
        pass
    return received


def test_a_head_that_does_not_come_is_not_waited_for(place: tuple[str, int]) -> None:
    with said(place, b"POST / HTTP/1.1\r\nHost: x\r\nX-") as slow:
        assert all_of(slow).startswith(b"HTTP/1.1 408 ")
    with said(place, b"") as silent:
        assert all_of(silent) == b""


def test_a_body_that_does_not_come_is_not_waited_for(place: tuple[str, int]) -> None:
    with said(place, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1234") as slow:
        assert all_of(slow) == b""


def test_a_stream_goes_on_as_long_as_it_is_taken(place: tuple[str, int]) -> None:
    with said(place, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n") as stream:
        until = time.monotonic() + HEAD + 3 * ANSWER
        while time.monotonic() < until:
            assert stream.recv(1 << 20)


def test_who_takes_nothing_of_a_stream_loses_it(place: tuple[str, int]) -> None:
    with said(place, b"GET /fast HTTP/1.1\r\nHost: x\r\n\r\n") as stream:
        # What arrives is not looked at until the server has given up; then the connection is reset.
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            time.sleep(0.1)
            try:
                stream.sendall(b"x")
            except (ConnectionResetError, BrokenPipeError):
                break
        else:
            pytest.fail("the stream was kept for who takes nothing of it")


def test_who_waits_longest_goes_where_too_many_wait(place: tuple[str, int]) -> None:
    connections = [said(place, b"") for _ in range(6)]
    try:
        assert [all_of(one) for one in connections] == [b""] * 6
        with said(place, b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1") as call:
            assert all_of(call).startswith(b"HTTP/1.1 200 ")
    finally:
        for one in connections:
            one.close()

"""Clients that hold connections up: they lose them, and everybody else is served."""

from __future__ import annotations

import contextlib
import http.client
import select
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cardtools.ca.settings import Limits
from cardtools.common.client_key import client_key

from tests.unit.cardtools.ca.cards import Issuer
from tests.unit.cardtools.ca.running_ca import NO_LIMITS, RunningCa, running_ca, serving, settings_for

_PATIENCE = 60
_HALF_A_HEAD = b"GET /root HTTP/1.1\r\nHost: ca\r\nX-"
_CALL = b"GET /root HTTP/1.1\r\nHost: ca\r\n\r\n"


def _connect(url: str) -> socket.socket:
    place = urlsplit(url)
    return socket.create_connection((place.hostname or "", place.port or 0), timeout=_PATIENCE)


@contextlib.contextmanager
def _ca(folder: Path, **limits: float) -> Iterator[RunningCa]:
    with running_ca(folder, limits=replace(NO_LIMITS, **limits)) as ca:  # type: ignore[arg-type]
        yield ca


def _all_of(connection: socket.socket) -> bytes:
    """What comes until the other end closes."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            received += piece
    return received


def _status(connection: socket.socket) -> int:
    """The status of the answer that comes, which is read to its end."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    response.read()
    return response.status


def _is_open(connection: socket.socket) -> bool:
    """Whether the connection still answers a call."""
    with contextlib.suppress(ConnectionError):
        connection.sendall(_CALL)
        return _status(connection) == 200
    return False


def test_a_head_without_an_end(tmp_path: Path) -> None:
    with _ca(tmp_path, head_seconds=0.2) as ca, _connect(ca.url) as slow:
        slow.sendall(_HALF_A_HEAD)
        answer = _all_of(slow)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'{"problem":"bad-request","detail":"The head did not arrive within 0.2 s."}' in answer


def test_a_head_that_drips_has_no_longer(tmp_path: Path) -> None:
    with _ca(tmp_path, head_seconds=0.5) as ca, _connect(ca.url) as slow:
        slow.sendall(_HALF_A_HEAD)
        # A byte every 20 ms, until something comes: the answer, or the end.
        while not select.select([slow], [], [], 0.02)[0]:
            slow.sendall(b"a")
        assert _all_of(slow)[:13] in (b"HTTP/1.1 408 ", b"")


def test_who_says_nothing_is_told_nothing(tmp_path: Path) -> None:
    with _ca(tmp_path, head_seconds=0.2) as ca, _connect(ca.url) as silent:
        assert _all_of(silent) == b""


def test_a_second_call_on_a_connection_has_its_time_anew(tmp_path: Path) -> None:
    with _ca(tmp_path, head_seconds=2) as ca, _connect(ca.url) as connection:
        for _ in range(3):
            assert _is_open(connection)
        connection.sendall(_HALF_A_HEAD)
        assert _all_of(connection).startswith(b"HTTP/1.1 408 ")


def test_one_client_holds_so_many_and_the_one_that_waited_longest_goes(tmp_path: Path) -> None:
    with _ca(tmp_path, waiting_of_a_client=3) as ca, contextlib.ExitStack() as stack:
        # Calls were answered on each, so that the order in which they came is known.
        slow = []
        for _ in range(4):
            connection = stack.enter_context(_connect(ca.url))
            assert _is_open(connection)
            connection.sendall(_HALF_A_HEAD)
            slow.append(connection)
        assert _all_of(slow[0]) == b""
        assert ca.http.get("/root").status_code == 200
        for connection in slow[-2:]:
            connection.sendall(b"Rest: of it\r\n\r\n")
            assert _status(connection) == 200


def test_all_clients_hold_so_many(tmp_path: Path) -> None:
    with _ca(tmp_path, waiting=3, waiting_of_a_client=1000) as ca, contextlib.ExitStack() as stack:
        slow = [stack.enter_context(_connect(ca.url)) for _ in range(10)]
        assert [_all_of(connection) for connection in slow[:6]] == [b""] * 6
        assert _is_open(slow[9])


def test_a_trusted_proxy_is_as_many_clients_as_it_likes(tmp_path: Path) -> None:
    limits = replace(NO_LIMITS, waiting_of_a_client=1)
    settings = replace(settings_for(tmp_path, Issuer()), limits=limits)
    with serving(settings, trusted_proxies=["127.0.0.1"]) as (url, _service), contextlib.ExitStack() as stack:
        connections = [stack.enter_context(_connect(url)) for _ in range(10)]
        assert all(_is_open(connection) for connection in connections)


def test_heads_without_end_by_the_hundred_hold_nobody_up(tmp_path: Path) -> None:
    """With the limits as they are: 600 connections, each with half a head, and a call after each hundredth."""
    with running_ca(tmp_path, limits=replace(NO_LIMITS, head_seconds=600)) as ca, contextlib.ExitStack() as stack:
        slow = []
        for number in range(600):
            connection = stack.enter_context(_connect(ca.url))
            connection.sendall(_HALF_A_HEAD)
            slow.append(connection)
            if number % 100 == 99:
                assert ca.http.get("/root").status_code == 200
        ended = [connection for connection in slow if select.select([connection], [], [], 0)[0]]
        assert len(slow) - len(ended) <= Limits().waiting_of_a_client


def test_an_answer_that_nobody_takes(tmp_path: Path) -> None:
    with _ca(tmp_path, answer_seconds=0.5) as ca, _connect(ca.url) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        call = b"GET /openapi.json HTTP/1.1\r\nHost: ca\r\n\r\n"
        length = len(ca.http.get("/openapi.json").content)
        deaf.sendall(call * 500)
        ended = select.poll()
        # Nothing but the end of the connection is waited for.
        ended.register(deaf, 0)
        assert ended.poll(_PATIENCE * 1000)
        assert len(_all_of(deaf)) < 500 * length


def test_calls_at_a_time(tmp_path: Path) -> None:
    """While one call waits for the CA's file, which somebody else writes to, there is no room for a second."""
    with _ca(tmp_path, calls_of_a_client=1) as ca, _connect(ca.url) as first:
        body = b'{"reason": "x"}'
        with ca.service.database.transaction():
            token = ca.operator["Authorization"].encode()
            first.sendall(
                b"POST /requests/BP0000000000/refuse HTTP/1.1\r\nHost: ca\r\nContent-Type: application/json\r\n"
                b"Authorization: %b\r\nContent-Length: %d\r\n\r\n%b" % (token, len(body), body)
            )
            while (answer := ca.http.get("/root")).status_code == 200:
                pass
            assert (answer.status_code, answer.json()["problem"]) == (429, "too-many-requests")
            assert answer.headers["retry-after"] == "1"
        assert _status(first) == 404
        assert ca.http.get("/root").status_code == 200


def test_calls_at_a_time_of_all_clients(tmp_path: Path) -> None:
    with _ca(tmp_path, calls=0) as ca:
        answer = ca.http.get("/root")
        assert (answer.status_code, answer.json()["problem"]) == (503, "too-many-requests")


@pytest.mark.parametrize(
    "part", [b"", _HALF_A_HEAD, b"POST /ocsp HTTP/1.1\r\nHost: ca\r\nContent-Length: 9\r\n\r\nfew"]
)
def test_the_end_of_the_server_waits_for_no_call_that_has_not_arrived(part: bytes, tmp_path: Path) -> None:
    with _ca(tmp_path, head_seconds=600, body_seconds=600) as ca:
        waiting = _connect(ca.url)
        # A call on another connection is answered after the part has been read.
        waiting.sendall(part)
        assert ca.http.get("/root").status_code == 200
    with waiting:
        assert _all_of(waiting) == b""


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "this machine"),
        ("127.8.9.10", "this machine"),
        ("::1", "this machine"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:127.0.0.1", "this machine"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_whom_an_address_counts_for(host: str, key: str) -> None:
    assert client_key(host) == key

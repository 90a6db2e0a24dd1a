"""`stuntcard serve` as its users have it: from a shell with curl, after a kill, and under attack."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from stuntcard.serve.hub import STREAMS_MAX

from tests.browser.processes import PATIENCE
from tests.browser.running_serve import RunningServe, serving
from tests.clients.openapi_judge import judged
from tests.programs import run

REPOSITORY = Path(__file__).parents[2]
WRONG_PIN = "999999"
CONFIGURATION = """\
# A plan can have the form that the schema asks for, and be of no card that there is: that is a 422, or a 409.
[checks]
# A list from which all was deleted is there all the same.
use_after_free.enabled = false
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "503"]
"""


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Cards of the test's own, in paths short enough for sockets."""
    folder = tmp_path_factory.mktemp("s")
    (folder / "run").mkdir(mode=0o700)
    return {**os.environ, "XDG_RUNTIME_DIR": str(folder / "run"), "STUNTCARD_HOME": str(folder / "home")}


@pytest.fixture
def serve(environment: dict[str, str]) -> Iterator[RunningServe]:
    with serving(environment, "anna=proid-q") as running:
        yield running


@pytest.mark.parametrize("port", ["the same", "0"])
def test_a_second_server_is_told_of_the_first(serve: RunningServe, environment: dict[str, str], port: str) -> None:
    """Whatever port it asks for; the port of the first is taken, but that is not what helps."""
    wanted = str(address(serve)[1]) if port == "the same" else port
    second = run(sys.executable, "-m", "stuntcard", "serve", "--port", wanted, env=environment)
    assert (second.returncode, second.stdout) == (69, "")
    assert second.stderr == f"cards are served already, at {serve.url} (process {serve.process.pid})\n"


def heard(connection: socket.socket, wanted: bytes) -> bytes:
    """What a stream says until it said something."""
    said = b""
    while wanted not in said:
        more = connection.recv(1 << 20)
        assert more, "the stream ended"
        said += more
    return said


def address(serve: RunningServe) -> tuple[str, int]:
    parts = urlsplit(serve.url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def stream(serve: RunningServe, room: int = 1 << 20) -> socket.socket:
    """A stream of all events, of which nothing is read yet; so many bytes of it have room at this end."""
    host, port = address(serve)
    connection = socket.socket()
    connection.settimeout(PATIENCE)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    connection.connect((host, port))
    head = f"GET /api/v1/events HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {serve.token}\r\n\r\n"
    connection.sendall(head.encode())
    return connection


def log_in(serve: RunningServe, card: str, pin: str) -> None:
    told = serve.call("GET", f"/api/v1/cards/{card}")
    run("pkcs11-tool", "--login", "--pin", pin, "--list-objects", env={**os.environ, **told["environment"]})


def test_the_example_of_the_documentation_runs_as_it_stands(environment: dict[str, str], tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "http-api.md").read_text("utf-8")
    found = re.search(r"```sh\n(note=.*?)```", page, re.DOTALL)
    assert found is not None
    with serving(environment) as running:
        done = run("sh", "-eu", "-c", found[1], env=environment, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Stuntcard anna 00 00" in done.stdout
        assert '"state":"blocked"' in done.stdout
        assert (tmp_path / "anna.pcapng").read_bytes()[:4] == bytes.fromhex("0A0D0D0A")
        assert running.call("GET", "/api/v1/cards") == {"cards": []}


def test_a_real_client_is_told_command_by_command_and_no_code_with_it(serve: RunningServe) -> None:
    with stream(serve) as connection:
        log_in(serve, "anna", WRONG_PIN)
        said = heard(connection, b'"tries_left":2')
    assert b"event: command" in said
    assert WRONG_PIN.encode() not in said
    assert WRONG_PIN.encode().hex().encode() not in said
    assert b'"command":"VERIFY"' in said


def test_the_token_is_in_a_private_file_until_the_end(environment: dict[str, str]) -> None:
    with serving(environment) as running:
        note = Path(environment["XDG_RUNTIME_DIR"]) / "stuntcard" / "serve.json"
        assert note.stat().st_mode & 0o777 == 0o600
        assert json.loads(note.read_text())["token"] == running.token
        command = Path(f"/proc/{running.process.pid}/cmdline").read_bytes()
        assert running.token.encode() not in command
    assert not note.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_cleanly_whoever_listens(environment: dict[str, str], number: signal.Signals) -> None:
    with serving(environment, "anna=proid-q") as running, contextlib.ExitStack() as listening:
        for _ in range(20):
            listening.enter_context(stream(running)).recv(100)
        running.process.send_signal(number)
        assert running.process.wait(PATIENCE) == 0
        assert running.process.stdout is not None
        assert "Traceback" not in running.process.stdout.read()
    assert list((Path(environment["XDG_RUNTIME_DIR"]) / "stuntcard").iterdir()) == []


def test_a_kill_loses_nothing_that_was_answered(environment: dict[str, str]) -> None:
    with serving(environment) as running:
        running.call("PUT", "/api/v1/cards/anna", {"exercise": "proid-q-pin-blocked", "keep": True, "label": "Anna"})
        running.call("PUT", "/api/v1/cards/petr", {"profile": "proid-q", "keep": True})
        running.call("POST", "/api/v1/cards/anna/exercise/hints")
        log_in(running, "petr", WRONG_PIN)
        before = {card: running.call("GET", f"/api/v1/cards/{card}/state") for card in ("anna", "petr")}
        running.process.kill()
        running.process.wait(PATIENCE)
    assert before["petr"]["codes"]["pin"]["tries_left"] == 2
    with serving(environment) as again:
        assert {card: again.call("GET", f"/api/v1/cards/{card}/state") for card in before} == before
        assert again.call("GET", "/api/v1/cards/anna")["label"] == "Anna"
        assert again.call("GET", "/api/v1/cards/anna/exercise")["hints"] == 1


def test_500_streams_are_too_many_and_slow_down_nothing_else(serve: RunningServe) -> None:
    with contextlib.ExitStack() as open_streams:
        heads = []
        for _ in range(500):
            connection = open_streams.enter_context(stream(serve))
            heads.append(connection.recv(12, socket.MSG_WAITALL))
        assert heads.count(b"HTTP/1.1 200") == STREAMS_MAX
        assert set(heads) == {b"HTTP/1.1 200", b"HTTP/1.1 503"}
        log_in(serve, "anna", WRONG_PIN)
        assert serve.call("GET", "/api/v1/cards/anna/state")["codes"]["pin"]["tries_left"] == 2


def test_who_takes_nothing_loses_the_stream_and_nobody_else_does(serve: RunningServe) -> None:
    with stream(serve, 1) as slow, stream(serve) as quick:
        number, deadline = 0, time.monotonic() + 5 * PATIENCE
        while not is_reset(slow):
            assert time.monotonic() < deadline
            # Each time all faults are told, and so it becomes more and more.
            number += 1
            serve.call("POST", "/api/v1/cards/anna/faults", {"rule": "ins=20 act=status:6F00"})
            heard(quick, f'"number":{number},'.encode())
        serve.call("POST", "/api/v1/cards/anna/remove")
        heard(quick, b"event: place")


def is_reset(connection: socket.socket) -> bool:
    """Whether the other side has let go of it, as far as can be told without reading."""
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0 or _tcp_state(connection) != _ESTABLISHED


_ESTABLISHED = 1


def _tcp_state(connection: socket.socket) -> int:
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def test_a_body_of_a_gigabyte_is_not_waited_for(serve: RunningServe) -> None:
    host, port = address(serve)
    connection = HTTPConnection(host, port, timeout=PATIENCE)
    connection.putrequest("PUT", "/api/v1/cards/petr")
    connection.putheader("Authorization", f"Bearer {serve.token}")
    connection.putheader("Content-Length", str(1 << 30))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert json.loads(answer.read())["type"] == "urn:stuntcard:problem:too-large"


def test_who_says_nothing_is_not_waited_for(serve: RunningServe) -> None:
    with socket.create_connection(address(serve), timeout=PATIENCE) as silent:
        silent.sendall(b"GET / HTTP/1.1\r\nHost:")
        with contextlib.suppress(ConnectionResetError):
            assert silent.recv(100) == b""


def test_schemathesis_finds_what_is_documented(serve: RunningServe, tmp_path: Path) -> None:
    """All checks of Schemathesis on every operation but the endless ones, with the owner's token."""
    openapi, endless = f"{serve.url}/api/v1/openapi.json", "/events$|/picture$"
    judged(openapi, f"Bearer {serve.token}", CONFIGURATION, tmp_path, "--exclude-path-regex", endless)

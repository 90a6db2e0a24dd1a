"""A card passed through another reader, recorded there, and the recording played back to the same programs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from stuntcard.trace.events import EventKind
from stuntcard.trace.read import read_trace

from tests.clients.opensc import SOCKET_VARIABLE, opensc_command, pkcs11_module, shared_folder

pytest.importorskip("smartcard", reason="relay needs pyscard")

PATIENCE = 60
PIN = "12345678"
LIST = ("--login", "--pin", PIN, "--list-objects")


class Serving:
    """A `stuntcard` that serves a card at a PC/SC socket of its own."""

    def __init__(self, folder: Path, *arguments: str, socket: Path | None = None) -> None:
        folder.mkdir()
        environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}
        if socket is not None:
            environment[SOCKET_VARIABLE] = str(socket)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "stuntcard", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.socket = Path(self._said_socket())
        self.errors = ""

    def stop(self) -> int:
        """Ends it as Ctrl-C does; gives its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            _, self.errors = self._process.communicate(timeout=PATIENCE)
        return self._process.returncode

    def _said_socket(self) -> str:
        for line in _stream(self._process.stdout):
            _, found, socket = line.strip().partition(f"export {SOCKET_VARIABLE}=")
            if found:
                return socket
        raise AssertionError(f"no socket was named: {_stream(self._process.stderr).read()}")


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


@contextmanager
def serving(folder: Path, *arguments: str, socket: Path | None = None) -> Iterator[Serving]:
    server = Serving(folder, *arguments, socket=socket)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def folder() -> Iterator[Path]:
    with shared_folder() as shared:
        yield shared


def pkcs11_tool(folder: Path, socket: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    module = "/" + str(pkcs11_module()).lstrip("/")
    root = os.environ.get("STUNTCARD_OPENSC_ROOT", "")
    command = [*opensc_command("pkcs11-tool", folder, socket), "--module", module.removeprefix(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


@contextmanager
def relayed(folder: Path, trace: Path, *options: str) -> Iterator[Serving]:
    """A ProID+Q in one reader, and through the relay in another."""
    with (
        serving(folder / "a", "run", "proid-q") as card,
        serving(
            folder / "b", "relay", "--reader", "ProID", "--trace", str(trace), *options, socket=card.socket
        ) as relay,
    ):
        yield relay


def recorded(folder: Path, *options: str) -> tuple[Path, str]:
    """The trace of a pkcs11-tool run through a relay, and what the program wrote."""
    trace = folder / "session.jsonl"
    with relayed(folder, trace, *options) as relay:
        run = pkcs11_tool(folder, relay.socket, *LIST)
        assert run.returncode == 0, run.stderr
        assert relay.stop() == 0
        assert relay.errors == ""
    return trace, without_handles(run.stdout)


def without_handles(text: str) -> str:
    """What pkcs11-tool wrote, without the numbers that it gives objects anew each time."""
    return re.sub(r"object \d+", "object", text)


def test_a_relayed_card_is_used_and_recorded_with_its_codes_masked(folder: Path) -> None:
    trace, _ = recorded(folder)
    content = trace.read_bytes()
    assert trace.stat().st_mode & 0o777 == 0o600
    assert PIN.encode() not in content
    assert PIN.encode().hex().upper().encode() not in content
    session = read_trace(trace)
    assert session.header.card == "Stuntcard ProID+Q 00 00"
    verify = [event for event in session.events if event.command.startswith("0020000110")]
    assert [(event.command, event.answer) for event in verify] == [("0020000110" + "**" * 16, "9000")]


def test_what_the_relay_records_is_played_back_strictly_to_the_same_program(folder: Path) -> None:
    trace, written = recorded(folder)
    commands = [event for event in read_trace(trace).events if event.kind is EventKind.COMMAND]
    with serving(folder / "c", "replay", str(trace)) as replay:
        run = pkcs11_tool(folder, replay.socket, *LIST)
        assert (run.returncode, without_handles(run.stdout)) == (0, written)
        assert replay.stop() == 0
        assert replay.errors == ""
    assert len(commands) > 20


def test_a_strict_replay_says_what_it_expected(folder: Path) -> None:
    trace, _ = recorded(folder, "--unmasked")
    with serving(folder / "c", "replay", str(trace)) as replay:
        pkcs11_tool(folder, replay.socket, "--login", "--pin", "99999999", "--list-objects")
        assert replay.stop() == 1
    assert "expected 0020000110" in replay.errors
    assert "(VERIFY code 01: right)" in replay.errors
    assert "got 0020000110 and data; answered 6F00" in replay.errors
    assert "39393939" not in replay.errors


def test_a_lenient_replay_serves_a_program_that_asks_for_less(folder: Path) -> None:
    trace, written = recorded(folder)
    with serving(folder / "c", "replay", str(trace), "--lenient") as replay:
        for _ in range(2):
            assert without_handles(pkcs11_tool(folder, replay.socket, *LIST).stdout) == written
        assert pkcs11_tool(folder, replay.socket, "--list-slots").returncode == 0
        assert replay.stop() == 0


def test_relay_names_the_readers_there_are(folder: Path) -> None:
    with serving(folder / "a", "run", "proid-q") as card:
        run = subprocess.run(
            [sys.executable, "-m", "stuntcard", "relay", "--reader", "Gemalto"],
            env={**os.environ, SOCKET_VARIABLE: str(card.socket)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert run.returncode == 69
    assert run.stderr == ("--reader Gemalto: there is no such reader; give one of these: 'Stuntcard ProID+Q 00 00'\n")

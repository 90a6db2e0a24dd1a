"""A card passed through another reader, recorded there, and the recording played back to the same programs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from stuntcard.trace.events import EventKind
from stuntcard.trace.read import read_trace

from tests.clients.opensc import SOCKET_VARIABLE, opensc_command, pkcs11_module
from tests.clients.stuntcard_command import StuntcardCommand
from tests.programs import PATIENCE, run

pytest.importorskip("smartcard", reason="relay needs pyscard")

PIN = "12345678"
LIST = ("--login", "--pin", PIN, "--list-objects")


class Serving:
    """A `stuntcard` that serves a card at a PC/SC socket of its own."""

    def __init__(self, process: subprocess.Popen[str], socket: Path) -> None:
        self._process, self.socket, self.errors = process, socket, ""

    def stop(self) -> int:
        """Ends it as Ctrl-C does; gives its exit status."""
        self._process.send_signal(signal.SIGTERM)
        _, self.errors = self._process.communicate(timeout=PATIENCE)
        return self._process.returncode


@contextmanager
def serving(folder: Path, *arguments: str, socket: Path | None = None) -> Iterator[Serving]:
    folder.mkdir()
    seen = {} if socket is None else {SOCKET_VARIABLE: str(socket)}
    command = StuntcardCommand({**os.environ, "XDG_RUNTIME_DIR": str(folder), **seen})
    with command.serving(*arguments, stderr=subprocess.PIPE) as (process, own_socket):
        yield Serving(process, own_socket)


def pkcs11_tool(folder: Path, socket: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    module = "/" + str(pkcs11_module()).lstrip("/")
    root = os.environ.get("STUNTCARD_OPENSC_ROOT", "")
    return run(*opensc_command("pkcs11-tool", folder, socket), "--module", module.removeprefix(root), *arguments)


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
        listed = pkcs11_tool(folder, relay.socket, *LIST)
        assert listed.returncode == 0, listed.stderr
        assert relay.stop() == 0
        assert relay.errors == ""
    return trace, without_handles(listed.stdout)


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
        listed = pkcs11_tool(folder, replay.socket, *LIST)
        assert (listed.returncode, without_handles(listed.stdout)) == (0, written)
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
        relay = StuntcardCommand({**os.environ, SOCKET_VARIABLE: str(card.socket)})("relay", "--reader", "Gemalto")
    assert relay.returncode == 69
    assert relay.stderr == "--reader Gemalto: there is no such reader; give one of these: 'Stuntcard ProID+Q 00 00'\n"

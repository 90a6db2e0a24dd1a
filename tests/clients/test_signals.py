"""One signal ends a program, whenever it comes: while it starts, at work with clients, and while it ends.

`make soak` sends 2,000, and wants each end within a second. STUNTCARD_SOAK_SIGNALS sets another number,
STUNTCARD_SOAK_PATIENCE other seconds.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from tests.clients.stuntcard_command import STUNTCARD

SOAK = int(os.environ.get("STUNTCARD_SOAK_SIGNALS", "2000"))
PATIENCE = 60.0
AT_ONCE = float(os.environ.get("STUNTCARD_SOAK_PATIENCE", "1"))
"""Seconds in which a program ends; where the machine does much else, it takes more."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
OURS = re.compile(rb'File "[^"]*/(stuntcard|cardtools)/(?!(\w+/)?__main__)')
VERSION = bytes.fromhex("0c00000011000000" + "04000000" + "05000000" + "00000000")
"""CMD_VERSION of pcsc-lite's client protocol, 4:5."""


@dataclass(frozen=True)
class Attempt:
    """A program that gets a signal so many seconds after its start."""

    command: Sequence[str]
    number: signal.Signals
    after: float
    whole_group: bool = False
    """As from a terminal: all that belongs to the program gets it."""

    def end_takes(self, runtime: Path) -> float:
        """Seconds from the signal to the end."""
        environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}
        with subprocess.Popen(
            self.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as program:
            try:
                time.sleep(self.after)
                begun = time.monotonic()
                (os.killpg if self.whole_group else os.kill)(program.pid, self.number)
                _, complaints = program.communicate(timeout=PATIENCE)
                took = time.monotonic() - begun
            except subprocess.TimeoutExpired:
                program.kill()
                raise AssertionError(f"{self} goes on after its signal") from None
        # Before our first line Python tells of Ctrl-C as it likes.
        assert b"Traceback" not in complaints or not OURS.search(complaints), complaints.decode()
        return took


@pytest.fixture(autouse=True)
def hanging_up_is_not_ignored() -> Iterator[None]:
    """What runs under nohup ignores SIGHUP, and whatever it starts."""
    hang_up = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, hang_up)


@pytest.fixture
def runtime() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sig-") as directory:
        yield Path(directory)


@contextlib.contextmanager
def knocking(addresses: Path | int) -> Iterator[None]:
    """Clients that come, say a word and go, at all sockets below a folder or at a port, for as long as this lasts."""
    done = threading.Event()

    def knock() -> None:
        while not done.wait(0.002):
            for place in addresses.glob("*/*/*.sock") if isinstance(addresses, Path) else [addresses]:
                with contextlib.suppress(OSError):
                    knock_at(place)

    clients = [threading.Thread(target=knock) for _ in range(2)]
    for client in clients:
        client.start()
    try:
        yield
    finally:
        done.set()
        for client in clients:
            client.join()


def knock_at(place: Path | int) -> None:
    family = socket.AF_UNIX if isinstance(place, Path) else socket.AF_INET
    with socket.socket(family) as connection:
        connection.settimeout(0.1)
        connection.connect(str(place) if isinstance(place, Path) else ("127.0.0.1", place))
        if isinstance(place, int):
            connection.sendall(b"GET /crl/public HTTP/1.1\r\nHost: localhost\r\n\r\n")
        elif place.name == "control.sock":
            connection.sendall(b'{"request": "status"}\n')
        else:
            connection.sendall(VERSION)
        connection.recv(4096)


def attempts(commands: Sequence[Sequence[str]], count: int, longest: float) -> Iterator[Attempt]:
    """As many as `count`, at random moments of the first `longest` seconds."""
    chance = random.Random(count)
    for _ in range(count):
        command, number = chance.choice(commands), chance.choice(ENDING)
        # What a terminal sends goes to all; of the others, `exec` tells its program.
        yield Attempt(command, number, chance.uniform(0, longest), whole_group=number is signal.SIGINT)


def all_end(tries: Iterator[Attempt], runtime: Path, longest: float) -> None:
    times = []
    for attempt in tries:
        times.append(attempt.end_takes(runtime))
        assert times[-1] <= longest, attempt
        assert list(runtime.glob("*/*")) == [], attempt
    late = sum(took > 1 for took in times)
    print(f"{len(times)} ended; the slowest took {max(times):.2f} s, the median {median(times):.3f} s, {late} over 1 s")


def quick_or_many(few: int) -> pytest.MarkDecorator:
    """Some in every run, and in a soak very many, with less patience."""
    many = pytest.param(SOAK // 4, AT_ONCE, marks=[pytest.mark.soak, pytest.mark.timeout(7200)], id="soak")
    return pytest.mark.parametrize(("count", "longest"), [pytest.param(few, PATIENCE, id="few"), many])


@pytest.fixture
def trace(tmp_path: Path, runtime: Path) -> Path:
    """A recorded session."""
    file = tmp_path / "session.jsonl"
    command = [str(STUNTCARD), "exec", "proid-q", "--trace", str(file), "--", "opensc-tool", "-n"]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return file


@quick_or_many(12)
def test_run_and_replay(count: int, longest: float, runtime: Path, trace: Path) -> None:
    stuntcard = str(STUNTCARD)
    commands = [
        [stuntcard, "run", "proid-q"],
        [stuntcard, "run", "tokenme", "--fault", "every=2 act=delay:60"],
        [stuntcard, "replay", str(trace)],
    ]
    with knocking(runtime):
        all_end(attempts(commands, count, 1.0), runtime, longest)


@quick_or_many(12)
def test_exec(count: int, longest: float, runtime: Path) -> None:
    stuntcard = str(STUNTCARD)
    commands = [
        [stuntcard, "exec", "proid-q", "--", "sleep", "60"],
        [stuntcard, "exec", "proid-q", "--", "sh", "-c", "while true; do opensc-tool -n; done"],
        [stuntcard, "exec", "--scenario", "puk-last-try", "--", "sleep", "60"],
    ]
    with knocking(runtime):
        all_end(attempts(commands, count, 1.0), runtime, longest)


@quick_or_many(6)
def test_enrol(count: int, longest: float, runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        commands = [[str(STUNTCARD.with_name("enrol")), "check", "BP3733853312", "--ca", address]]
        all_end(attempts(commands, count, 2.0), runtime, longest)


@quick_or_many(6)
def test_ca(count: int, longest: float, runtime: Path, tmp_path: Path) -> None:
    ca, folder = str(STUNTCARD.with_name("cardtools-ca")), str(tmp_path / "ca")
    subprocess.run([ca, "init", folder], check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    commands = [[ca, "run", folder, "--port", str(port)]]
    with knocking(port):
        all_end(attempts(commands, count, 4.0), runtime, longest)

"""Twenty minutes with a stored card: a writer, OpenSC's tools and `stuntcard status` side by side, while faults strike.

What the card acknowledged is there at the end, no try was lost or won, and its process has not grown.
STUNTCARD_SOAK_MINUTES sets another time.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from stuntcard.store.library import read_card

STUNTCARD = str(Path(sys.executable).parent / "stuntcard")
MINUTES = float(os.environ.get("STUNTCARD_SOAK_MINUTES", "20"))
FAULTS = [
    "probability=0.002 seed=1 act=status:6F00",
    "probability=0.002 seed=2 act=status:6F00 when=after",
    "probability=0.001 seed=3 act=tear when=before",
    "probability=0.001 seed=4 act=tear when=after",
    "probability=0.005 seed=5 act=delay:20ms",
    "every=4000 act=remove:200ms",
]
COUNTER = bytes.fromhex("3F0050157001")
MOST_GROWTH = 1.05


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.mark.soak
@pytest.mark.timeout(MINUTES * 60 + 300)
def test_mixed_clients_and_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> None:
    # Not below pytest's own directory: a socket's path has 107 bytes at most.
    runtime = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    subprocess.run([STUNTCARD, "card", "new", "soak", "proid-q"], check=True)
    faults = [part for rule in FAULTS for part in ("--fault", rule)]
    card = subprocess.Popen([STUNTCARD, "run", "card:soak", *faults], stdout=subprocess.DEVNULL)
    try:
        socket = wait_for_socket(runtime)
        log = tmp_path / "writer.log"
        sizes = work(card.pid, {**os.environ, "PCSCLITE_CSOCK_NAME": str(socket)}, log)
        status = json.loads(subprocess.run([STUNTCARD, "status", "--json"], check=True, capture_output=True).stdout)
    finally:
        card.terminate()
        assert card.wait(30) == 0
    assert [code["tries_left"] for code in status[0]["codes"].values()] == [3, 5, 3]
    assert_nothing_lost(log)
    quarter = len(sizes) // 4
    early, late = statistics.median(sizes[quarter : 2 * quarter]), statistics.median(sizes[-quarter:])
    print(f"resident: {early} kB early, {late} kB late")
    assert late <= early * MOST_GROWTH, f"the card's process grew from {early} to {late} kB"


def wait_for_socket(runtime: Path) -> Path:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for path in runtime.glob("stuntcard/*/pcsc.sock"):
            return path
        time.sleep(0.05)
    raise AssertionError("the card did not come up within 30 seconds")


def work(card: int, environment: dict[str, str], log: Path) -> list[int]:
    """Has all clients work; gives the resident size of the card's process, in kB, over time."""
    with log.open("w", encoding="ascii") as lines:
        writer = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "writer.py")],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=lines,
            stderr=subprocess.DEVNULL,
        )
        sizes = []
        end = time.monotonic() + MINUTES * 60
        while time.monotonic() < end:
            for command in (["pkcs15-tool", "-D"], ["pkcs11-tool", "-O", "--login", "--pin", "12345678"]):
                # A fault may well strike here; what counts is that the card goes on.
                subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60)
            subprocess.run([STUNTCARD, "status"], env=environment, capture_output=True, check=True)
            sizes.append(resident(card))
            assert writer.poll() is None, "the writer has ended by itself"
        writer.communicate(timeout=30)
    return sizes


def resident(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def assert_nothing_lost(log: Path) -> None:
    words = [line.split() for line in log.read_text(encoding="ascii").splitlines()]
    acknowledged = max(int(number) for what, number in words if what == "acknowledged")
    tried = max(int(number) for what, number in words if what == "tried")
    kept = int.from_bytes(read_card("soak").content.files.at(COUNTER).content)
    print(f"{acknowledged} writes acknowledged, {tried} tried, {kept} kept")
    assert acknowledged <= kept <= tried

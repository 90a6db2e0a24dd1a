"""What a class costs: `python benchmarks/console.py`. See docs/performance.md."""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from cardtools.common.messages import Language
from cardtools.console.acts.values import Work
from cardtools.console.workers import Seat, Workers

TRAINEES, PAGES, ACTS, IDLE = 50, 30, 10, 20.0
"""How many sit in the class, pages and acts are timed, and seconds nothing happens."""
_TICKS = os.sysconf("SC_CLK_TCK")
_LOOK = "from cardtools.console.acts.work import done; from cardtools.console.acts.values import Work; done({work})"


def main() -> None:
    """Measures and prints everything, with a class of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        plan = home / "class.yaml"
        names = "\n".join(f"  - Trainee {number}" for number in range(1, TRAINEES + 1))
        plan.write_text(f"title: Fifty\nexercises: [proid-q-pin-blocked]\ntrainees:\n{names}\n")
        (home / "run").mkdir(mode=0o700)
        own = {"XDG_RUNTIME_DIR": f"{home}/run", "XDG_DATA_HOME": f"{home}/data", "XDG_STATE_HOME": f"{home}/state"}
        command = [sys.executable, "-m", "cardtools.console", "--no-browser", "--port", "0", "class", str(plan)]
        console = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **own})
        try:
            assert console.stdout is not None
            found = re.search(r"\S+/enter/\S+", console.stdout.readline())
            assert found is not None
            _class(found[0], console.pid, home)
        finally:
            console.send_signal(signal.SIGTERM)
            console.wait(30)


def _class(link: str, console: int, home: Path) -> None:
    """The class sits down, and is measured."""
    note = json.loads((home / "run/stuntcard/serve.json").read_text())
    with httpx.Client(follow_redirects=True, timeout=60, trust_env=False) as trainer:
        board = trainer.get(link)
        joins = re.findall(r'href="(\S+/join/\S+)"', board.text)
        first = {}
        for join in joins:
            with httpx.Client(follow_redirects=True, timeout=60, trust_env=False) as trainee:
                began = time.perf_counter()
                address = str(trainee.get(join).url)
                first[join] = time.perf_counter() - began
        print(f"a trainee's first page, with the card made for it: {_median(list(first.values()))}")
        print(f"the board with {TRAINEES} trainees: {_timed(PAGES, lambda: trainer.get(board.url))}")
        print(f"a desk's page, which reads the card: {_timed(PAGES, lambda: trainer.get(address))}")
        part = f"{address}/exercise"
        print(f"the exercise alone, as a page refreshes it: {_timed(PAGES, lambda: trainer.get(part))}")
    headers = {"Authorization": f"Bearer {note['token']}"}
    cards = httpx.get(f"{note['url']}/api/v1/cards", headers=headers, trust_env=False, timeout=60).json()["cards"]
    _acts(Seat(Path(cards[0]["pcsc_socket"]), home / "seat"))
    emulator = int(note["process"])
    print(f"memory: console {_memory(console):.0f} MB, emulator with {len(cards)} cards {_memory(emulator):.0f} MB")
    before = [_processor(console), _processor(emulator)]
    time.sleep(IDLE)
    used = [_processor(console) - before[0], _processor(emulator) - before[1]]
    print(f"idle: console {100 * used[0] / IDLE:.2f} % of a processor, emulator {100 * used[1] / IDLE:.2f} %")


def _acts(seat: Seat) -> None:
    """Looking at the card, in a process forked off a loaded one, and in a new one."""
    workers, work = Workers(), Work(kind="look", language=Language.ENGLISH)
    workers.do(seat, work)
    print(f"looking at the card, in a forked process: {_timed(ACTS, lambda: workers.do(seat, work))}")
    environment = {**os.environ, "PCSCLITE_CSOCK_NAME": str(seat.socket), "ENROL_HOME": str(seat.home)}
    command = [sys.executable, "-c", _LOOK.format(work="Work(kind='look', language='en')")]
    new = _timed(ACTS, lambda: subprocess.run(command, check=True, env=environment))
    print(f"the same in a new process: {new}")


def _timed(times: int, act: Callable[[], object]) -> str:
    measured = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        measured.append(time.perf_counter() - began)
    return _median(measured)


def _median(seconds: list[float]) -> str:
    return f"median {1000 * statistics.median(seconds):.0f} ms, best {1000 * min(seconds):.0f} ms"


def _memory(process: int) -> float:
    """Resident, in MB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def _processor(process: int) -> float:
    """Seconds of a processor that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


if __name__ == "__main__":
    main()

"""What a campaign costs a run beside its card and its client: 200 runs, and short ones by the thousand.

python benchmarks/campaign.py [--runs 200] [--short 1000] [--long 10000]

Overhead is the time of a run in which neither the card is made nor the client runs. How busy the processors are is told
of the whole machine, from its idle time; on one that others use as well, the overhead is an upper bound.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

_LOGIN = """\
schema: 1
title: Logins
scenarios: [proid-q-imported-key]
clients: {opensc: {module: /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so, environment: {PIN: "{pin}"}}}
tasks: {login: {run: "pkcs11-tool --module {module} --login --pin env:PIN --list-objects"}}
seeds: %s
"""
_SHORT = """\
schema: 1
title: Nothing at all
cards: [proid-q]
clients: {short: {command: "true"}}
seeds: %s
"""


class Machine:
    """Looks at the machine, and at the memory of the processes of one campaign, while it runs."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._ended = threading.Event()
        self.memory: list[int] = []
        self._thread = threading.Thread(target=self._look)
        self._idle, self._all = _processors()
        self._thread.start()

    def end(self) -> float:
        """How busy the processors were, from 0 to 1."""
        self._ended.set()
        self._thread.join()
        idle, all_ = _processors()
        return 1 - (idle - self._idle) / (all_ - self._all)

    def _look(self) -> None:
        while not self._ended.wait(0.5):
            self.memory.append(_resident(self._process) + sum(map(_resident, _hosts(self._process))))


def _processors() -> tuple[int, int]:
    times = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return times[3] + times[4], sum(times)


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _hosts(process: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{process}/task").glob("*/children"))
        return [int(child) for task in tasks for child in task.read_text().split()]
    except OSError:
        return []


def measured(name: str, text: str, runs: int) -> None:
    """Runs a campaign of so many runs, and prints what it took."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "try.yaml").write_text(text % list(range(1, runs + 1)))
        started, before = time.monotonic(), os.times()
        command = [sys.executable, "-m", "stuntcard", "campaign", "run", "try.yaml"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
            machine = Machine(process.pid)
            process.wait()
            busy = machine.end()
        seconds, after = time.monotonic() - started, os.times()
        report = json.loads((Path(folder) / "campaign-try/report.json").read_text("utf-8"))
    used = after.children_user + after.children_system - before.children_user - before.children_system
    quarter = max(1, len(machine.memory) // 4)
    early, late = (max(part, default=0) >> 20 for part in (machine.memory[: 2 * quarter], machine.memory[-quarter:]))
    print(
        f"{name}: {runs:,} runs in {seconds:.1f} s, {1000 * seconds / runs:.1f} ms each; overhead a run "
        f"{1000 * report['overhead_a_run']:.1f} ms; processor a run {1000 * used / runs:.1f} ms; processors busy "
        f"{100 * busy:.0f} %; memory in the first half {early} MB, at the end {late} MB; {report['verdicts']}"
    )


def main() -> None:
    """Measures all three."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--short", type=int, default=1000)
    parser.add_argument("--long", type=int, default=10_000)
    given = parser.parse_args()
    measured("pkcs11-tool logs in and lists", _LOGIN, given.runs)
    measured("a client that does nothing", _SHORT, given.short)
    measured("the same by more", _SHORT, given.long)


if __name__ == "__main__":
    main()

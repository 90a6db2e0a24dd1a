"""How many commands a second one card answers to several clients at once: `python benchmarks/clients.py`.

`--also ROOT` measures another checkout of the project in the same run, turn by turn, because what counts is the
relation between two figures of one run.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = (1, 2, 10, 50)
ROUNDS, SECONDS = 3, 2.0
QUERY = "00200001"
"""VERIFY without data: how many tries are left."""

_CLIENT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from benchmarks.scard import Connection
connection = Connection()
command = bytes.fromhex(sys.argv[2])
connection.transmit(command)
print("ready", flush=True)
sys.stdin.readline()
end, count = time.perf_counter() + float(sys.argv[3]), 0
while time.perf_counter() < end:
    for _ in range(20):
        connection.transmit(command)
    count += 20
print(count, flush=True)
"""


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--also", type=Path, action="append", default=[], help="another checkout of the project")
    roots = [ROOT, *parser.parse_args().also]
    with contextlib.ExitStack() as stack:
        cards = {root: stack.enter_context(_card(root)) for root in roots}
        for clients in CLIENTS:
            best = dict.fromkeys(roots, 0.0)
            for _ in range(ROUNDS):
                for root, environment in cards.items():
                    best[root] = max(best[root], _throughput(environment, clients))
            print(f"{clients:3} clients  " + "   ".join(f"{root.name}: {best[root]:8.0f}/s" for root in roots))


@contextlib.contextmanager
def _card(root: Path) -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as directory:
        environment = {**os.environ, "XDG_RUNTIME_DIR": directory, "PYTHONPATH": str(root / "emulator")}
        program = subprocess.Popen(
            [sys.executable, "-m", "stuntcard", "run", "proid-q"], env=environment, stdout=subprocess.DEVNULL
        )
        try:
            while not (found := list(Path(directory).glob("stuntcard/*/pcsc.sock"))):
                time.sleep(0.02)
            yield {**os.environ, "PCSCLITE_CSOCK_NAME": str(found[0])}
        finally:
            program.terminate()
            program.wait()


def _throughput(environment: dict[str, str], clients: int) -> float:
    command = [sys.executable, "-c", _CLIENT, str(ROOT), QUERY, str(SECONDS)]
    programs = [
        subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(clients)
    ]
    total = 0
    try:
        for program in programs:
            assert program.stdout is not None
            program.stdout.readline()
        for program in programs:
            assert program.stdin is not None
            program.stdin.write("\n")
            program.stdin.flush()
        for program in programs:
            output, _ = program.communicate()
            total += int(output)
    finally:
        for program in programs:
            program.kill()
            program.wait()
    return total / SECONDS


if __name__ == "__main__":
    main()

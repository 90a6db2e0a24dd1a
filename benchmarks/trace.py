"""What a trace costs: the same commands over the own PC/SC socket, with and without: `python benchmarks/trace.py`.

Three cards take turns in short rounds, so that other work on the machine falls on all alike: one plain, another plain
one, and one with a trace. The best round of each counts. The second plain card shows how far figures differ by chance.
A pause after each round gives the trace its time to be written, which it waits for, and not to another card's round.
Where the processors are busy, time lies; what the card's own process took of them then says more (Linux only).
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).resolve().parent.parent
STUNTCARD = str(Path(sys.executable).parent / "stuntcard")
ROUNDS, EXCHANGES, PAUSE = 25, 1500, 0.3
COMMANDS = {
    "VERIFY without data, the shortest": "00200001",
    "VERIFY with a PIN": "00200001103132333435363738FFFFFFFFFFFFFFFF",
    "READ BINARY of 256 bytes": "00B0000000",
}
SELECT = ("00A4040C0CF276A288BCFBA69D34F31001", "00A4080C0450154402")

_CLIENT = """
import sys
sys.path.insert(0, sys.argv[1])
from benchmarks.scard import Connection
connection = Connection()
for command in sys.argv[2:]:
    connection.transmit(bytes.fromhex(command))
for line in sys.stdin:
    command, count = line.split()
    took = connection.time(bytes.fromhex(command), int(count))
    print(sum(took) / len(took), flush=True)
connection.close()
"""


class Client:
    """A card in a process of its own, and a program in another that sends it commands."""

    def __init__(self, trace: Path | None) -> None:
        options = [] if trace is None else ["--trace", str(trace)]
        command = [STUNTCARD, "exec", *options, "proid-q", "--", sys.executable, "-c", _CLIENT, str(ROOT), *SELECT]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def microseconds(self, command: str, count: int) -> float:
        """The mean time of an exchange."""
        requests, answers = _stream(self._process.stdin), _stream(self._process.stdout)
        requests.write(f"{command} {count}\n")
        requests.flush()
        return float(answers.readline())

    def processor_microseconds(self) -> float:
        """What the card's process has taken of the processors so far."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1000

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


@contextlib.contextmanager
def _clients() -> Iterator[dict[str, Client]]:
    with (
        tempfile.TemporaryDirectory() as directory,
        Client(None) as plain,
        Client(None) as other,
        Client(Path(directory) / "trace.jsonl") as traced,
    ):
        yield {"plain": plain, "plain, another": other, "with a trace": traced}


def main() -> None:
    """Measures and prints everything."""
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; {ROUNDS} rounds of {EXCHANGES} exchanges\n")
    with _clients() as clients:
        for name, command in COMMANDS.items():
            print(name)
            _compare(clients, command)


def _compare(clients: dict[str, Client], command: str) -> None:
    for client in clients.values():
        client.microseconds(command, EXCHANGES)
    before = {name: client.processor_microseconds() for name, client in clients.items()}
    took: dict[str, list[float]] = {name: [] for name in clients}
    for number in range(ROUNDS):
        for name in list(clients) if number % 2 else reversed(clients):
            took[name].append(clients[name].microseconds(command, EXCHANGES))
            time.sleep(PAUSE)
    best = {name: min(rounds) for name, rounds in took.items()}
    for name, client in clients.items():
        processor = (client.processor_microseconds() - before[name]) / ROUNDS / EXCHANGES
        print(
            f"  {name:16} best {best[name]:6.1f} us ({best[name] / best['plain'] - 1:+6.1%}), "
            f"median {statistics.median(took[name]):6.1f} us; of the processor {processor:5.1f} us"
        )


if __name__ == "__main__":
    main()

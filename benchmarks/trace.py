"""What a trace costs: the same commands over the own PC/SC socket, with and without: `python benchmarks/trace.py`.

The two kinds alternate in short rounds, first one and then the other in front, so that other work on the machine falls
on both alike. What counts is the median over the pairs of rounds; the figures by themselves vary with the machine.
Where the processors are busy, time lies; what the card's own process took of them then says more (Linux only).
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).resolve().parent.parent
STUNTCARD = str(Path(sys.executable).parent / "stuntcard")
PAIRS, EXCHANGES = 30, 1500
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
def _both() -> Iterator[tuple[Client, Client]]:
    with (
        tempfile.TemporaryDirectory() as directory,
        Client(None) as plain,
        Client(Path(directory) / "trace.jsonl") as traced,
    ):
        yield plain, traced


def main() -> None:
    """Measures and prints everything."""
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; {PAIRS} pairs of {EXCHANGES} exchanges\n")
    with _both() as (plain, traced):
        for name, command in COMMANDS.items():
            for client in (plain, traced):
                client.microseconds(command, EXCHANGES)
            before = [client.processor_microseconds() for client in (plain, traced)]
            pairs = []
            for number in range(PAIRS):
                order = (plain, traced) if number % 2 else (traced, plain)
                took = {client: client.microseconds(command, EXCHANGES) for client in order}
                pairs.append((took[plain], took[traced]))
            without, with_trace = (statistics.median(side) for side in zip(*pairs, strict=True))
            slower = statistics.median(b / a - 1 for a, b in pairs)
            own, own_traced = (
                (client.processor_microseconds() - start) / PAIRS / EXCHANGES
                for client, start in zip((plain, traced), before, strict=True)
            )
            print(
                f"{name:34} {without:6.1f} us, with a trace {with_trace:6.1f} us, {slower:+6.1%};   "
                f"of the processor {own:5.1f} us, with a trace {own_traced:5.1f} us"
            )


if __name__ == "__main__":
    main()

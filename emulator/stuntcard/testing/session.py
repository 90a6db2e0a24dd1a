"""What passed between programs and a card in a test, kept in memory, and written to a file for whoever asks."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from stuntcard.scenario.exchanges import Exchange, ExchangeList
from stuntcard.trace.events import EventLines, TraceHeader, header_line
from stuntcard.trace.record import Faults, now
from stuntcard.trace.scribe import Raw, Scribe
from stuntcard.trace.story import tell

_PRIVATE = 0o600


class Session:
    """Takes all that is said, as a recorder for `trace.record.RecordingCard`."""

    def __init__(self, exchanges: ExchangeList | None = None) -> None:
        """`exchanges`: who takes commands and answers already."""
        self.exchanges = exchanges or ExchangeList()
        self.started = now()
        self._start = perf_counter()
        self._raw: list[Raw] = []

    def record(self, number: int, start: float, end: float, command: bytes, answer: bytes, faults: Faults = ()) -> None:
        """One event."""
        self.exchanges.record(number, start, end, command, answer)
        self._raw.append((number, start - self._start, end - self._start, command, answer, faults))

    def write(self, header: TraceHeader, file: Path) -> None:
        """Writes it as a trace's file, for its owner alone; masked as the header says. Raises OSError."""
        scribe, lines = Scribe(header), EventLines(header)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w", encoding="utf-8") as stream:
            stream.write(header_line(header) + "\n")
            stream.writelines(lines.line(*scribe.event(raw)) for raw in list(self._raw))

    def story(self, header: TraceHeader, most: int) -> list[str]:
        """The last commands and other events in words, codes and keys masked, as `stuntcard trace show` tells them."""
        scribe = Scribe(header)
        events = tuple(scribe.event(raw)[0] for raw in list(self._raw))
        return [str(line) for line in tell(header, events)][-most:]


class Trace(list[Exchange]):
    """The commands that programs have sent, and the card's answers; called with a path, it writes them to that file."""

    def __init__(self, exchanges: list[Exchange], write: Callable[[Path], None]) -> None:
        super().__init__(exchanges)
        self._write = write

    def __call__(self, path: str | Path) -> Path:
        """Writes the session as a trace, codes and keys masked; see `stuntcard trace show`. Raises OSError."""
        self._write(Path(path))
        return Path(path)

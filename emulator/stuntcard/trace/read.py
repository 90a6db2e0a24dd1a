"""Reads the file of a trace."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from stuntcard.trace.events import TraceError, TraceEvent, TraceHeader, parse_event, parse_header

LONGEST_LINE = 1 << 20
"""Bytes; the longest command and answer there can be take 0.3 million with all that is said about them."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A recorded session. `cut` when its last line was not written to the end, as after a power cut."""

    header: TraceHeader
    events: tuple[TraceEvent, ...]
    cut: bool = False


def read_trace(path: Path) -> Trace:
    """The trace in a file. Raises TraceError, whose message names file and line, or OSError."""
    with TraceReader(path) as reader:
        header = reader.header()
        events = tuple(reader)
        return Trace(header, events, reader.cut)


class TraceReader:
    """Reads a trace while it may still be written: the header first, then event after event.

    `cut` is known when all events have been given: the last line was not written to the end.
    """

    def __init__(self, path: Path, more: Callable[[], bool] = lambda: False) -> None:
        """`more` is asked at the file's end, and may wait there: whether to look again. Raises OSError."""
        self._path = path
        self._file: BinaryIO = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - until the end of `with`
        self._lines = _lines(path, self._file, more)
        self._header: TraceHeader | None = None
        self.cut = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def header(self) -> TraceHeader:
        """What the trace is of; to be asked for once, before the events. Raises TraceError or OSError."""
        for number, line in self._lines:
            with self._naming(number):
                self._header = parse_header(line)
                return self._header
        raise TraceError(f"{self._path}: it is empty; {_advice(1)}")

    def __iter__(self) -> Iterator[TraceEvent]:
        """The events. Raises TraceError or OSError."""
        assert self._header is not None
        for number, line in self._lines:
            try:
                event = parse_event(line, self._header)
            except TraceError:
                if not line.endswith(b"\n"):
                    self.cut = True
                    return
                with self._naming(number):
                    raise
            yield event

    @contextmanager
    def _naming(self, number: int) -> Iterator[None]:
        try:
            yield
        except TraceError as error:
            raise TraceError(f"{self._path}, line {number}: {error}; {_advice(number)}") from None


def _without_waiting(path: str, flags: int) -> int:
    """A pipe that nobody writes to is empty: else it would be waited for."""
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return descriptor


def _lines(path: Path, file: BinaryIO, more: Callable[[], bool]) -> Iterator[tuple[int, bytes]]:
    number, line = 0, b""
    while True:
        line += file.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise TraceError(f"{path}, line {number + 1}: it is longer than a trace's can be; {_advice(number + 1)}")
        if not line.endswith(b"\n") and more():
            if file.seekable() and os.fstat(file.fileno()).st_size < file.tell():
                raise TraceError(f"{path}: it was begun anew while it was read; read it again")
            continue
        if not line:
            return
        number += 1
        yield number, line
        line = b""


def _advice(number: int) -> str:
    if number == 1:
        return "give a file that was recorded with --trace or by relay"
    return "record the session again, or remove that line"

"""Reads the file of a trace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

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
    with open(path, "rb", opener=_without_waiting) as file:
        events: list[TraceEvent] = []
        header: TraceHeader | None = None
        for number, line in _lines(path, file):
            try:
                if header is None:
                    header = parse_header(line)
                else:
                    events.append(parse_event(line, header))
            except TraceError as error:
                if header is not None and not line.endswith(b"\n"):
                    return Trace(header, tuple(events), cut=True)
                raise TraceError(f"{path}, line {number}: {error}; {_advice(number)}") from None
    if header is None:
        raise TraceError(f"{path}: it is empty; {_advice(1)}")
    return Trace(header, tuple(events))


def _without_waiting(path: str, flags: int) -> int:
    """A pipe that nobody writes to is empty: else it would be waited for."""
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return descriptor


def _lines(path: Path, file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise TraceError(f"{path}, line {number}: it is longer than a trace's can be; {_advice(number)}")
        yield number, line


def _advice(number: int) -> str:
    if number == 1:
        return "give a file that was recorded with --trace or by relay"
    return "record the session again, or remove that line"

"""Turns what was recorded into the lines of a trace's file, in a process of its own.

Masking, decoding and writing JSON takes longer than many a command. In a thread it would hold up the card, which
shares the interpreter with it; so the card's process sends bytes and times through a pipe, and this one does the rest.
It ends when the pipe does, so that not even a killed emulator loses what it has sent.

The pipe brings records: RECORD, then the command, the answer and the numbers of the faults that struck.
"""

from __future__ import annotations

import os
import select
import signal
import stat
import struct
import sys
from collections.abc import Callable, Iterator

from stuntcard.trace import octets
from stuntcard.trace.decode import Decoded, Decoder
from stuntcard.trace.events import EventKind, EventLines, TraceEvent, TraceHeader, header_line, parse_header
from stuntcard.trace.mask import Mask

RECORD = struct.Struct("<BddIII")
"""Number of the kind of event, start and end in seconds since the first, lengths of command, answer and faults."""

FAULT = struct.Struct("<I")
"""The number of a fault's rule."""

EVENT_KINDS = tuple(EventKind)
"""The kinds of event by their number in a record."""

Raw = tuple[int, float, float, bytes, bytes, tuple[int, ...]]
"""A record unpacked: number of the kind of event, start, end, command, answer, faults that struck."""

_CHUNK = 1 << 16
_PAUSE = 0.1
"""Seconds without a record; a card in use sends some far more often."""
_MOST_WAITING = 1 << 24
_NICENESS = 10
"""The card goes before its trace when the processors are all busy."""


class Scribe:
    """Makes events of records, one session's in their order."""

    def __init__(self, header: TraceHeader, also_mask: frozenset[int] = frozenset()) -> None:
        """`also_mask`: instruction bytes of the card's own whose data is secret too."""
        self._mask = Mask(also_mask) if header.masked else None
        self._decoder = Decoder(header.codes)

    def event(self, raw: Raw) -> tuple[TraceEvent, Decoded | None]:
        """The event, masked as the header says, and in words if it is a command."""
        number, start, end, command, answer, faults = raw
        kind = EVENT_KINDS[number]
        if kind is not EventKind.COMMAND:
            self._decoder.reset()
            return TraceEvent(kind, start, answer=octets.written(answer), faults=faults), None
        event = TraceEvent(kind, start, max(0.0, end - start), *self._written(command, answer), faults)
        if octets.is_masked(event.command) or octets.is_masked(event.answer):
            command, answer = octets.read(event.command), octets.read(event.answer)
        return event, self._decoder.decode(command, answer)

    def _written(self, command: bytes, answer: bytes) -> tuple[str, str]:
        if self._mask is None:
            return octets.written(command), octets.written(answer)
        try:
            return self._mask.write(command, answer)
        except Exception:
            # A fault of ours must neither end the recording nor let a secret out.
            return octets.HIDDEN * len(command), octets.HIDDEN * len(answer)


def write_lines(
    header: TraceHeader,
    also_mask: frozenset[int],
    read: Callable[[float | None], bytes | None],
    write: Callable[[bytes], None],
    pause: float = _PAUSE,
) -> None:
    """Writes the events of all the records that `read` brings, until it brings nothing.

    `read` is given the seconds to wait, or None for no limit; it brings None when nothing came in that time. The work
    waits for a pause of the card of so many seconds, whose processors it would take otherwise, unless too much has come
    together.
    """
    scribe, lines = Scribe(header, also_mask), EventLines(header)
    waiting = bytearray()
    patience: float | None = None
    while (chunk := read(patience)) != b"":
        waiting += chunk or b""
        patience = pause
        if chunk is None or len(waiting) > _MOST_WAITING:
            write(_text(scribe, lines, waiting))
            patience = None
    write(_text(scribe, lines, waiting))


def _text(scribe: Scribe, lines: EventLines, waiting: bytearray) -> bytes:
    return "".join(lines.line(*scribe.event(raw)) for raw in _unpacked(waiting)).encode()


def _unpacked(waiting: bytearray) -> Iterator[Raw]:
    """The records that are complete, taken out of `waiting`."""
    position = 0
    while len(waiting) - position >= RECORD.size:
        number, start, end, command_size, answer_size, faults_size = RECORD.unpack_from(waiting, position)
        command_at = position + RECORD.size
        answer_at = command_at + command_size
        faults_at = answer_at + answer_size
        if len(waiting) < faults_at + faults_size:
            break
        position = faults_at + faults_size
        command, answer = bytes(waiting[command_at:answer_at]), bytes(waiting[answer_at:faults_at])
        faults = tuple(number for (number,) in FAULT.iter_unpack(bytes(waiting[faults_at:position])))
        yield number, start, end, command, answer, faults
    del waiting[:position]


def _read(patience: float | None) -> bytes | None:
    ready, _, _ = select.select([sys.stdin.fileno()], [], [], patience)
    return os.read(sys.stdin.fileno(), _CHUNK) if ready else None


def _pause() -> float:
    """No time at all where a pipe or a terminal is written to: somebody reads along."""
    return _PAUSE if stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode) else 0.0


def _write_all(content: bytes) -> None:
    while content:
        content = content[os.write(sys.stdout.fileno(), content) :]


def main(header_text: str, also_mask: str) -> int:
    """Records from standard input, lines to standard output. Gives the exit status, 1 when they can't be written."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the end is told by the pipe alone
    os.nice(_NICENESS)
    header = parse_header(header_text.encode())
    try:
        _write_all(header_line(header).encode() + b"\n")
        write_lines(header, frozenset(bytes.fromhex(also_mask)), _read, _write_all, _pause())
    except OSError as error:
        print(f"the trace ends early, it can't be written: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

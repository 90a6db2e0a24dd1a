"""Records what passes between a reader and a card, real or emulated, at as little cost to the card as may be."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Protocol, Self

from stuntcard.readers.slot import CardInterface
from stuntcard.trace.events import EventKind, TraceEvent, TraceHeader, header_line
from stuntcard.trace.scribe import EVENT_KINDS, RECORD, Raw, Scribe

COMMAND, POWER_ON, POWER_OFF, RESET = (
    EVENT_KINDS.index(kind) for kind in (EventKind.COMMAND, EventKind.POWER_ON, EventKind.POWER_OFF, EventKind.RESET)
)
"""Numbers of the kinds of event in a record."""

_FLUSH_PERIOD = 1.0
_FLUSH_SIZE = 1 << 15
_PIPE_SIZE = 1 << 20
_PRIVATE = 0o600
_pack = RECORD.pack


class Recorder(Protocol):
    """Takes what happened, in order, from several threads."""

    def record(self, number: int, start: float, end: float, command: bytes, answer: bytes) -> None:
        """One event; times are those of `perf_counter`. Never raises."""


class RecordingCard:
    """A card in front of a card, which passes everything on and has it recorded before the answer leaves."""

    def __init__(self, card: CardInterface, recorder: Recorder) -> None:
        self._card = card
        self._record = recorder.record

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        return self._card.atr

    def power_on(self) -> bytes:
        """Cold reset; gives the ATR."""
        start = perf_counter()
        atr = self._card.power_on()
        self._record(POWER_ON, start, perf_counter(), b"", atr)
        return atr

    def power_off(self) -> None:
        """Take the power away."""
        start = perf_counter()
        self._card.power_off()
        self._record(POWER_OFF, start, perf_counter(), b"", b"")

    def reset(self) -> bytes:
        """Warm reset; gives the ATR."""
        start = perf_counter()
        atr = self._card.reset()
        self._record(RESET, start, perf_counter(), b"", atr)
        return atr

    def choose_protocol(self, number: int) -> None:
        """The reader and the card agree on T=`number`; no event of a trace."""
        self._card.choose_protocol(number)

    def transmit(self, command: bytes) -> bytes:
        """The card's answer to a command."""
        start = perf_counter()
        answer = self._card.transmit(command)
        self._record(COMMAND, start, perf_counter(), command, answer)
        return answer


class Tape:
    """Keeps a session in memory, for tests."""

    def __init__(self, header: TraceHeader) -> None:
        self.header = header
        self._start = perf_counter()
        self._raw: list[Raw] = []

    def record(self, number: int, start: float, end: float, command: bytes, answer: bytes) -> None:
        """One event."""
        self._raw.append((number, start - self._start, end - self._start, command, answer))

    @property
    def events(self) -> tuple[TraceEvent, ...]:
        """What was recorded so far, masked as the header says."""
        scribe = Scribe(self.header)
        return tuple(scribe.event(raw)[0] for raw in list(self._raw))


class TraceFile:
    """Records to a file that only its owner can read. Whatever was recorded before `close` is in the file after it.

    What is recorded leaves the emulator within a second; if it is killed meanwhile, only that is lost. It reaches the
    file when the card is next idle for a moment.
    """

    def __init__(self, path: Path, header: TraceHeader, also_mask: frozenset[int] = frozenset()) -> None:
        """Takes the place of a file that is there. Raises OSError when the file can't be written.

        `also_mask`: instruction bytes of the card's own whose data is secret too.
        """
        self._start = perf_counter()
        self._lock = threading.Lock()
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._closing = threading.Event()
        self._process = _start_scribe(path, header_line(header), bytes(sorted(also_mask)).hex())
        assert self._process.stdin is not None
        self._pipe = self._process.stdin.fileno()
        _widen(self._pipe)
        self._flusher = threading.Thread(target=self._flush_now_and_then, name="trace", daemon=True)
        self._flusher.start()

    def record(self, number: int, start: float, end: float, command: bytes, answer: bytes) -> None:
        """One event."""
        zero = self._start
        head = _pack(number, start - zero, end - zero, len(command), len(answer))
        with self._lock:
            self._pending += (head, command, answer)
            self._pending_size += len(head) + len(command) + len(answer)
            if self._pending_size > _FLUSH_SIZE:
                self._flush()

    def close(self) -> None:
        """Wait until all is in the file. May be repeated."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._flusher.join()
        with self._lock:
            self._flush()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _flush_now_and_then(self) -> None:
        while not self._closing.wait(_FLUSH_PERIOD):
            with self._lock:
                self._flush()

    def _flush(self) -> None:
        """Under the lock. A full pipe holds the card up: better a slow card than a trace with holes."""
        content = memoryview(b"".join(self._pending))
        self._pending, self._pending_size = [], 0
        # The process may have ended because its disk is full; it has said so, and the card goes on without.
        with contextlib.suppress(OSError):
            while content:
                content = content[os.write(self._pipe, content) :]


def _widen(pipe: int) -> None:
    """Have the pipe hold a burst of commands, where the system lets it."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)


def now() -> datetime:
    """The time for a new header."""
    return datetime.now(UTC)


def _start_scribe(path: Path, header: str, also_mask: str) -> subprocess.Popen[bytes]:
    # Without waiting: a FIFO that nobody reads would hold up the start, and a signal would not end that.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NONBLOCK, _PRIVATE)
    try:
        os.set_blocking(descriptor, True)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, _PRIVATE)  # it may have been there before, open to others
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "stuntcard.trace.scribe", header, also_mask],
            stdin=subprocess.PIPE,
            stdout=descriptor,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,
        )
    finally:
        os.close(descriptor)

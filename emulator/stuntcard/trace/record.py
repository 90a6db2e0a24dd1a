"""Records what passes between a reader and a card, real or emulated, at as little cost to the card as may be."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Protocol, Self

from stuntcard.readers.slot import CardInterface
from stuntcard.trace.events import EventKind, TraceEvent, TraceHeader, header_line
from stuntcard.trace.scribe import EVENT_KINDS, FAULT, RECORD, Raw, Scribe

COMMAND, POWER_ON, POWER_OFF, RESET = (
    EVENT_KINDS.index(kind) for kind in (EventKind.COMMAND, EventKind.POWER_ON, EventKind.POWER_OFF, EventKind.RESET)
)
"""Numbers of the kinds of event in a record."""

_FLUSH_PERIOD = 0.25
_FLUSH_SIZE = 1 << 15
_PIPE_SIZE = 1 << 20
_PRIVATE = 0o600
_pack = RECORD.pack

Faults = tuple[int, ...]
"""The numbers of the fault rules that struck an event."""


class Recorder(Protocol):
    """Takes what happened, in order, from several threads."""

    def record(self, number: int, start: float, end: float, command: bytes, answer: bytes, faults: Faults = ()) -> None:
        """One event; times are those of `perf_counter`. Never raises."""


class WhatStruck(Protocol):
    """Knows which faults there were."""

    def __call__(self, *, by_reset: bool) -> Faults:
        """Those that struck the last command, or the last answer to power or a reset."""


def _nothing(*, by_reset: bool) -> Faults:  # noqa: ARG001
    return ()


class RecordingCard:
    """A card in front of a card, which passes everything on and has it recorded before the answer leaves.

    What befalls the card during a command, such as a reset by a fault, is recorded behind that command.
    """

    def __init__(self, card: CardInterface, recorder: Recorder, struck: WhatStruck = _nothing) -> None:
        self._card = card
        self._record = recorder.record
        self._struck = struck
        self._lock = threading.RLock()
        self._under_way = 0
        self._meanwhile: list[tuple[int, float, float, bytes, bytes, Faults]] = []

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        return self._card.atr

    def power_on(self) -> bytes:
        """Cold reset; gives the ATR."""
        return self._powered(POWER_ON, self._card.power_on)

    def power_off(self) -> None:
        """Take the power away."""
        self._powered(POWER_OFF, self._card.power_off)

    def reset(self) -> bytes:
        """Warm reset; gives the ATR."""
        return self._powered(RESET, self._card.reset)

    def choose_protocol(self, number: int) -> None:
        """The reader and the card agree on T=`number`; no event of a trace."""
        self._card.choose_protocol(number)

    def transmit(self, command: bytes) -> bytes:
        """The card's answer to a command."""
        start = perf_counter()
        with self._lock:
            self._under_way += 1
        try:
            answer = self._card.transmit(command)
            end = perf_counter()
            with self._lock:
                self._record(COMMAND, start, end, command, answer, self._struck(by_reset=False))
        finally:  # a card that is gone, behind a relay, gives no answer
            with self._lock:
                self._under_way -= 1
                if self._meanwhile and not self._under_way:
                    self._catch_up()
        return answer

    def _powered(self, number: int, act: Callable[[], bytes | None]) -> bytes:
        start = perf_counter()
        atr = act() or b""
        event = (number, start, perf_counter(), b"", atr, () if number == POWER_OFF else self._struck(by_reset=True))
        with self._lock:
            if self._under_way:
                self._meanwhile.append(event)
            else:
                self._record(*event)
        return atr

    def _catch_up(self) -> None:
        for event in self._meanwhile:
            self._record(*event)
        self._meanwhile.clear()


class Tape:
    """Keeps a session in memory, for tests."""

    def __init__(self, header: TraceHeader) -> None:
        self.header = header
        self._start = perf_counter()
        self._raw: list[Raw] = []

    def record(self, number: int, start: float, end: float, command: bytes, answer: bytes, faults: Faults = ()) -> None:
        """One event."""
        self._raw.append((number, start - self._start, end - self._start, command, answer, faults))

    @property
    def events(self) -> tuple[TraceEvent, ...]:
        """What was recorded so far, masked as the header says."""
        scribe = Scribe(self.header)
        return tuple(scribe.event(raw)[0] for raw in list(self._raw))


class TraceFile:
    """Records to a file that only its owner can read. Whatever was recorded before `close` is in the file after it.

    What is recorded leaves the emulator within a quarter of a second; if it is killed meanwhile, only that is lost. It
    reaches the file when the card is next idle for a moment. Where `path` is a pipe or a terminal somebody reads along:
    then each event goes there at once.
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
        self._process, regular = _start_scribe(path, header_line(header), bytes(sorted(also_mask)).hex())
        self._flush_size = _FLUSH_SIZE if regular else 0
        assert self._process.stdin is not None
        self._pipe = self._process.stdin.fileno()
        _widen(self._pipe)
        self._flusher = threading.Thread(target=self._flush_now_and_then, name="trace", daemon=True)
        self._flusher.start()

    def record(self, number: int, start: float, end: float, command: bytes, answer: bytes, faults: Faults = ()) -> None:
        """One event."""
        zero = self._start
        struck = b"".join(map(FAULT.pack, faults)) if faults else b""
        head = _pack(number, start - zero, end - zero, len(command), len(answer), len(struck))
        with self._lock:
            self._pending += (head, command, answer, struck)
            self._pending_size += len(head) + len(command) + len(answer) + len(struck)
            if self._pending_size > self._flush_size:
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


def _start_scribe(path: Path, header: str, also_mask: str) -> tuple[subprocess.Popen[bytes], bool]:
    """What writes, and whether it writes to a file that keeps what is written."""
    # Without waiting: a FIFO that nobody reads would hold up the start, and a signal would not end that.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NONBLOCK, _PRIVATE)
    try:
        os.set_blocking(descriptor, True)
        if regular := stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, _PRIVATE)  # it may have been there before, open to others
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "stuntcard.trace.scribe", header, also_mask],
            stdin=subprocess.PIPE,
            stdout=descriptor,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,
        )
        return process, regular
    finally:
        os.close(descriptor)

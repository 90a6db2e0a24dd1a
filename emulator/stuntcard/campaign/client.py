"""Runs a client's command within limits, and leaves nothing of it running.

A client is a process with a session of its own. Whoever forks away from it comes to the nearest ancestor that takes
such (PR_SET_CHILD_SUBREAPER), which is this process within `orphans_taken`; so they are found, and ended, too.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_GET_CHILD_SUBREAPER = 1, 36, 37
_LIBC = ctypes.CDLL(None, use_errno=True)
_CHUNK = 1 << 16
_KEPT = 1 << 16
"""Bytes of output that are kept, of its beginning and of its end each."""
_LOOK_PERIOD = 0.25
"""Seconds between two looks at how much a client has written."""
_ENDED = ("Z", "X", "")
"""States of processes that have ended, and of those that are gone."""
_GRACE = 1.0
"""Seconds between SIGTERM and SIGKILL."""
_PARTING = 2.0
"""Seconds in which a client's own children may end after it: on a busy machine, that takes them a while."""


class How(Enum):
    """How a command ended."""

    EXITED = "exit"
    SIGNALLED = "signal"
    TIMED_OUT = "ended after its time"
    OUTPUT = "ended for its output"
    FILES = "ended for its files"
    STOPPED = "stopped"
    """The campaign itself was ended."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, what it wrote to its output and error, and what it left running."""

    how: How
    number: int
    """The exit status, or the signal's number."""
    output: bytes
    size: int
    """Bytes of output, of which `output` has the first and the last."""
    left: tuple[str, ...]
    seconds: float

    @property
    def words(self) -> str:
        """As people say it."""
        if self.how is How.EXITED:
            return f"exit {self.number}"
        return f"signal {signal.Signals(self.number).name}" if self.how is How.SIGNALLED else self.how.value


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is left to a command: seconds, bytes of output, bytes in its folder."""

    seconds: float
    output: int
    files: int

    def less(self, ended: Ended) -> Allowed:
        """What is left once a command has taken its part."""
        return Allowed(max(0.0, self.seconds - ended.seconds), max(0, self.output - ended.size), self.files)


class NotStartedError(Exception):
    """A command that can't be started; says why."""


def take_orphans() -> None:
    """Has the children of those that end come to this process, and to no farther ancestor, as long as it lives."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@contextmanager
def orphans_taken() -> Iterator[None]:
    """Has them come here within; those that are left at its end are ended, and none that was here before."""
    before, others = ctypes.c_int(), frozenset(_descendants(os.getpid()))
    _LIBC.prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(before), 0, 0, 0)
    take_orphans()
    try:
        yield
    finally:
        _end_all_but(others)
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, before.value, 0, 0, 0)


def run_client(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, allowed: Allowed, stop: int | None = None
) -> Ended:
    """Runs a command to its end. Raises NotStartedError.

    `stop`: a descriptor; as soon as it can be read, the command is ended. Nothing of it runs afterwards, whatever
    comes.
    """
    started = time.monotonic()
    others = frozenset(_descendants(os.getpid()))
    process = _started(command, environment, folder, allowed)
    assert process.stdout is not None
    try:
        with process.stdout:
            how, output = _Watch(process, process.stdout, folder, allowed, stop).to_the_end()
    finally:
        left = _Family(process, others).clear_away()
    number = process.returncode
    if how is How.EXITED and number < 0:
        how, number = (How.FILES if -number == signal.SIGXFSZ else How.SIGNALLED), -number
    return Ended(how, number, output.kept, output.size, left, time.monotonic() - started)


def _started(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, allowed: Allowed
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
            bufsize=0,
            preexec_fn=partial(_bounded, allowed.files),
        )
    except FileNotFoundError as error:
        if not folder.is_dir():
            raise NotStartedError(f"{command[0]}: can't be run: the client's folder is gone") from error
        raise NotStartedError(f"{command[0]}: no such program; is it installed, and on the PATH?") from error
    except OSError as error:
        raise NotStartedError(f"{command[0]}: can't be run: {error.strerror}") from error
    except (ValueError, subprocess.SubprocessError) as error:  # NUL in a word, = in a variable's name; a limit
        raise NotStartedError(f"{command[0]}: can't be run: {error}") from error


def _bounded(files: int) -> None:
    """In the new process: it ends with this one, leaves no core, and writes no file larger than this."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (files, files))


class _Output:
    """The first and the last of what is written."""

    def __init__(self) -> None:
        self.size = 0
        self._first = bytearray()
        self._last = bytearray()

    def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        room = _KEPT - len(self._first)
        self._first += chunk[:room]
        self._last = (self._last + chunk[max(0, room) :])[-_KEPT:]

    @property
    def kept(self) -> bytes:
        gap = self.size - len(self._first) - len(self._last)
        return bytes(self._first + (b"\n[%d bytes left out]\n" % gap if gap else b"") + self._last)


class _Watch:
    """Reads what a client writes, and looks that it keeps within its limits."""

    def __init__(
        self, process: subprocess.Popen[bytes], stream: IO[bytes], folder: Path, allowed: Allowed, stop: int | None
    ) -> None:
        self._process = process
        self._stream = stream.fileno()
        os.set_blocking(self._stream, False)
        self._folder = folder
        self._allowed = allowed
        self._stop = stop
        self._output = _Output()
        self._deadline = time.monotonic() + allowed.seconds
        self._next_look = time.monotonic() + _LOOK_PERIOD

    def to_the_end(self) -> tuple[How, _Output]:
        """Until it has ended, or is to be ended."""
        gone = os.pidfd_open(self._process.pid)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._stream, selectors.EVENT_READ)
                selector.register(gone, selectors.EVENT_READ)
                if self._stop is not None:
                    selector.register(self._stop, selectors.EVENT_READ)
                return self._watched(selector, gone), self._output
        finally:
            os.close(gone)

    def _watched(self, selector: selectors.BaseSelector, gone: int) -> How:
        while True:
            patience = min(self._deadline, self._next_look) - time.monotonic()
            ready = {key.fd for key, _ in selector.select(max(0.0, patience))}
            if self._stop in ready:
                return How.STOPPED
            if self._stream in ready and not self._read():
                selector.unregister(self._stream)
            if self._output.size > self._allowed.output:
                return How.OUTPUT
            if gone in ready:
                while self._output.size <= self._allowed.output and self._read():
                    pass
                return How.EXITED
            if time.monotonic() >= self._deadline:
                return How.TIMED_OUT
            if time.monotonic() >= self._next_look:
                self._next_look = time.monotonic() + _LOOK_PERIOD
                if size_of(self._folder) > self._allowed.files:
                    return How.FILES

    def _read(self) -> bool:
        """Takes what is there; gives whether more may come."""
        try:
            chunk = os.read(self._stream, _CHUNK)
        except BlockingIOError:
            return False
        self._output.add(chunk)
        return bool(chunk)


def size_of(folder: Path) -> int:
    """Bytes that files in a folder take, and those in folders within."""
    size, folders = 0, [str(folder)]
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    size += max(status.st_size, 512 * status.st_blocks)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
    return size


# The end


class _Family:
    """A process, and all that come from it: whatever is a child of this process, or of one of those.

    `others`: what this process had started before, and is none of the family's.
    """

    def __init__(self, process: subprocess.Popen[bytes], others: Set[int]) -> None:
        self._process = process
        self._others = others

    def clear_away(self) -> tuple[str, ...]:
        """Ends all of them; gives what still ran after the process had ended by itself."""
        by_itself = self._process.poll() is not None
        if by_itself:
            self._wait(_PARTING)
        left = tuple(name for _, name in self._running())
        if left:
            self._signal(signal.SIGTERM)
            self._wait(_GRACE)
        while self._running():
            self._signal(signal.SIGKILL)
            self._wait(_PARTING)
        self._process.wait()
        return left if by_itself else ()

    def _signal(self, number: signal.Signals) -> None:
        for pid, _ in self._running():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)

    def _wait(self, seconds: float) -> None:
        """Until none is left, so many seconds at most."""
        deadline, pause = time.monotonic() + seconds, 0.001
        while self._running() and time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(0.05, 2 * pause)

    def _running(self) -> list[tuple[int, str]]:
        """Those that run, with their names; those that have ended are waited for on the way."""
        running, again = list[tuple[int, str]](), True
        while again and not running:
            again = False
            waiting = [pid for pid in _children(os.getpid()) if pid not in self._others]
            while waiting:
                pid = waiting.pop()
                state, name = _state(pid)
                if state in _ENDED and self._has_ended(pid):
                    again = True  # what it had started has come here, perhaps after the look
                else:
                    running.append((pid, name))
                    waiting += _children(pid)
        return running

    def _has_ended(self, pid: int) -> bool:
        """Whether it has ended with all its threads, and is waited for."""
        if pid == self._process.pid:
            return self._process.poll() is not None
        try:
            return os.waitpid(pid, os.WNOHANG)[0] == pid
        except ChildProcessError:
            return True


def _descendants(pid: int) -> Iterator[int]:
    for child in _children(pid):
        yield child
        yield from _descendants(child)


def _children(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as stream:
                yield from map(int, stream.read().split())


def wake(pid: int) -> None:
    """Has a process go on that somebody stopped."""
    if _state(pid)[0] == "T":
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _state(pid: int) -> tuple[str, str]:
    """The letter of its state and its name; nothing where it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stream:
            before, _, behind = stream.read().rpartition(")")
    except OSError:
        return "", ""
    return behind.split()[0], before.partition("(")[2]


def _end_all_but(others: Set[int]) -> None:
    """Ends the children of this process, and those that come to it from them."""
    beyond = set(others)
    # The children of those that end come here in their turn.
    while found := set(_children(os.getpid())) - beyond:
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except PermissionError:
                beyond.add(pid)
            except (ProcessLookupError, ChildProcessError):
                continue

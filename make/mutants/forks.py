"""Work that a fork of this process does, so that nothing of it is left behind here."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
from collections.abc import Callable
from typing import Any

BYTES_AT_MOST = 4 << 30

_screen = os.dup(1)


def in_a_fork(work: Callable[[], object]) -> Any:  # noqa: ANN401
    """What some work gives, as JSON takes it, when a fork of this process does it; None if a signal ended the fork."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _work(work, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # programs that were started there
    return json.loads(answer) if answer else None


def _work(work: Callable[[], object], writing: int) -> None:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (BYTES_AT_MOST, BYTES_AT_MOST))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    try:
        answer = work()
    except BaseException as failure:
        answer = repr(failure)
    with os.fdopen(writing, "w") as pipe:
        json.dump(answer, pipe)
    os._exit(0)


def say(line: str) -> None:
    """Writes a line where pytest does not catch it."""
    os.write(_screen, f"{line}\n".encode())

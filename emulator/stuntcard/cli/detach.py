"""Going on in the background, for a command that serves until somebody ends it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

import typer


def detach() -> Callable[[], None]:
    """Goes on in a process of its own, without the terminal; gives what is to be called there once all is ready.

    The process that was started by the user waits for that and ends well, or it ends as the other one did before.
    To be called before there are threads.
    """
    ready, tell = os.pipe()
    child = os.fork()
    if not child:
        os.close(ready)
        os.setsid()
        return lambda: _leave_terminal(tell)
    os.close(tell)
    try:
        came = os.read(ready, 1)
    except KeyboardInterrupt:
        os.kill(child, signal.SIGTERM)
        raise
    raise typer.Exit(0 if came else os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _leave_terminal(tell: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    os.write(tell, b"+")
    os.close(tell)

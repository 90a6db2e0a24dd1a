"""Signals, for a program that waits: none is lost, whichever thread the system gives it to, and whenever it comes.

Python runs handlers in the main thread alone, and between two of its instructions. A main thread that waits for a lock
or for a child hears nothing of a signal that another thread took, or that came an instant before it began to wait. So
each signal also leaves a byte in a pipe (signal.set_wakeup_fd), from whichever thread, and the pipe is what is waited
for.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a card that runs: Ctrl-C, a kill, and a terminal that goes."""
_CHUNK = 512


class SignalsCaught:
    """The signals that came, for the one who waits for them."""

    def __init__(self, pipe: int, numbers: frozenset[int]) -> None:
        self._pipe = pipe
        self._numbers = numbers

    @property
    def descriptor(self) -> int:
        """What can be read once one came."""
        return self._pipe

    def wait(self, seconds: float | None = None) -> tuple[signal.Signals, ...]:
        """Those that came since the last call, in their order; none when none comes within so many seconds."""
        came: tuple[signal.Signals, ...] = ()
        while not came and select.select([self._pipe], [], [], seconds)[0]:
            numbers = os.read(self._pipe, _CHUNK)
            came = tuple(signal.Signals(number) for number in numbers if number in self._numbers)
        return came


@contextmanager
def caught(*signals: signal.Signals) -> Iterator[SignalsCaught]:
    """Catches these signals, in the main thread, and puts back afterwards what they did before.

    Who starts a program with nohup wants no SIGHUP to end it: where that is ignored, it stays so.
    """
    pipe, end = os.pipe()
    os.set_blocking(end, False)
    before_pipe = signal.set_wakeup_fd(end, warn_on_full_buffer=False)
    heard = [one for one in signals if one is not signal.SIGHUP or signal.getsignal(one) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _nothing_more) for number in heard}
    try:
        yield SignalsCaught(pipe, frozenset(signals))
    finally:
        for number, old in before.items():
            signal.signal(number, old)
        signal.set_wakeup_fd(before_pipe, warn_on_full_buffer=False)
        for descriptor in (pipe, end):
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _nothing_more(_: int, __: FrameType | None) -> None:
    """The byte in the pipe says it all."""

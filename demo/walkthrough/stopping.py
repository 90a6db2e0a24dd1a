"""Ctrl-C and SIGTERM stop the story once, and never between a program's start and our knowing its process id."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType


class _Stopping:
    def __init__(self) -> None:
        self.asked = False
        self.told = False
        self.undisturbed = 0

    def ask(self, _signal: int, _frame: FrameType | None) -> None:
        """A signal came. Later ones change nothing: what was started is being ended already."""
        self.asked = True
        self.tell()

    def tell(self) -> None:
        """Raises KeyboardInterrupt, once, if a signal came and nothing must be undisturbed."""
        if self.asked and not self.told and not self.undisturbed:
            self.told = True
            raise KeyboardInterrupt


_stopping = _Stopping()


def listen() -> None:
    """From now on SIGINT and SIGTERM raise KeyboardInterrupt, the first one only."""
    signal.signal(signal.SIGINT, _stopping.ask)
    signal.signal(signal.SIGTERM, _stopping.ask)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """What is done in this context is done whole; a signal that came meanwhile is told at its end."""
    _stopping.undisturbed += 1
    try:
        yield
    finally:
        _stopping.undisturbed -= 1
    _stopping.tell()

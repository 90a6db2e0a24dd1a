"""What is done when a signal comes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a card that runs: Ctrl-C, a kill, and a terminal that goes."""


@contextmanager
def on_signals(act: Callable[[], None], *signals: signal.Signals) -> Iterator[None]:
    """Has `act` called on these signals, and puts back afterwards what they did before."""

    def handler(_: int, __: FrameType | None) -> None:
        act()

    before = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)

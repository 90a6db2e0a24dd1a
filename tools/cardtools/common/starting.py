"""Ctrl-C while a command is being loaded, and afterwards. Imports next to nothing, for it stands before all else."""

from __future__ import annotations

import signal
import sys
import threading

_PAUSE = 0.01


def starting() -> None:
    """Ctrl-C ends the program with no word: nothing has begun."""
    # Who starts programs in the background may have told them to ignore it.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def started() -> None:
    """Ctrl-C is raised as KeyboardInterrupt from now on, for whoever has something to say or to leave in order.

    Python can raise nothing in some callbacks of its own, as in its import system, and would only complain; then it is
    raised a moment later.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.unraisablehook = _again


def _again(unraisable: sys.UnraisableHookArgs) -> None:
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    # Not from here: what is raised here would get lost, too.
    later = threading.Timer(_PAUSE, signal.raise_signal, [signal.SIGINT])
    later.daemon = True
    later.start()

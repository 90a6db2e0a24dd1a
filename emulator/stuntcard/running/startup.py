"""How a command begins.

Start-up makes many objects that stay and hardly any garbage; looking for it would take a tenth of the time. And who
presses Ctrl-C meanwhile, before anything was done, wants an end, and at once: Python's own way, an exception, gets lost
where Python can't raise one (in a callback of its import system, say), or ends in a traceback.
"""

from __future__ import annotations

# The interpreter has it already; `signal` makes enumerations first, and Ctrl-C meanwhile would be a traceback.
import _signal  # type: ignore[import-not-found]
import gc


def starting() -> None:
    """Nobody looks for garbage until `started`; and Ctrl-C ends the program as it ends one that knows nothing of it."""
    gc.disable()
    # Who starts programs in the background may have told them to ignore it.
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)


def started() -> None:
    """Garbage is looked for again, but not among what start-up made: that stays."""
    gc.freeze()
    gc.enable()

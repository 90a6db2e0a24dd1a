"""How a command begins.

Start-up makes many objects that stay and hardly any garbage; looking for it would take a tenth of the time. And who
presses Ctrl-C meanwhile, before anything was done, wants an end, and at once: Python's own way, an exception, gets lost
where Python can't raise one (in a callback of its import system, say), or ends in a traceback.
"""

from __future__ import annotations

import gc
import signal


def starting() -> None:
    """Nobody looks for garbage until `started`; and Ctrl-C ends the program as it ends one that knows nothing of it."""
    gc.disable()
    # Who starts programs in the background may have told them to ignore it.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def started() -> None:
    """Garbage is looked for again, but not among what start-up made: that stays."""
    gc.freeze()
    gc.enable()

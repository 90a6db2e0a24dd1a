"""Start-up makes many objects that stay and hardly any garbage; looking for it would take a tenth of the time."""

from __future__ import annotations

import gc


def starting() -> None:
    """Nobody looks for garbage until `started`."""
    gc.disable()


def started() -> None:
    """Garbage is looked for again, but not among what start-up made: that stays."""
    gc.freeze()
    gc.enable()

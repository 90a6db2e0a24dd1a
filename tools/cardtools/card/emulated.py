"""Whether an emulated card runs that this program was not told of.

The emulator keeps each card's sockets in a private directory that its documentation names (docs/live-control.md); no
more of it is known here.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"


def emulated_card() -> str | None:
    """The name of a card that an emulator of this user runs, where programs are not told of any; else None."""
    if SOCKET_VARIABLE in os.environ:
        return None
    base = os.environ.get("XDG_RUNTIME_DIR")
    directory = Path(base) / "stuntcard" if base else Path(tempfile.gettempdir()) / f"stuntcard-{os.getuid()}"
    try:
        sockets = sorted(directory.glob("*-*-*/pcsc.sock"))
    except OSError:
        return None
    return next((name for socket in sockets if (name := _running(socket.parent.name)) is not None), None)


def _running(directory: str) -> str | None:
    """The card's name, if the process runs whose number stands behind it."""
    name, process, _ = directory.rsplit("-", 2)
    try:
        os.kill(int(process), 0)
    except (ValueError, OSError):
        return None
    return name

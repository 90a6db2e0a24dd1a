"""One client at a time at the cards.

To look at a card's status ends what another program has begun with it (docs/manage-applet.md), and so does a reset. Two
clients of one user that work with a card at the same moment would only undo each other's steps; so each does what must
not be cut in two while it holds a lock. Who waits at a prompt or for the CA holds none.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from platformdirs import user_state_path

from cardtools.enrol.files.private_files import make_private_folder

_SERVICE = "PCSCLITE_CSOCK_NAME"
"""Names the PC/SC service, and so the cards that clients may meet at."""
_held = False


@contextmanager
def card_lock() -> Iterator[None]:
    """Waits until no other client of this user works with a card. May be entered again within itself."""
    global _held
    descriptor = None if _held else _opened()
    if descriptor is None:
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _held = True
        yield
    finally:
        _held = False
        os.close(descriptor)


def _opened() -> int | None:
    """The lock's file; None where there can be none, for which no work with a card shall fail."""
    try:
        folder = user_state_path("cardtools")
        make_private_folder(folder)
        service = hashlib.sha256(os.environ.get(_SERVICE, "").encode("utf-8", "surrogateescape")).hexdigest()[:16]
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        return os.open(folder / f"cards-{service}.lock", flags, 0o600)
    except OSError:
        return None

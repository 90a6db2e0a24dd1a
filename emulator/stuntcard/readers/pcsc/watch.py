"""One client's wait for a change of any reader."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum, auto

from stuntcard.readers.pcsc.messages import WAIT_READER_STATE_CHANGE, Code


class _Phase(Enum):
    IDLE = auto()
    PREPARING = auto()
    WAITING = auto()


class Watch:
    """Brings a client one signal per wait, and never in the midst of another message.

    A client asks to wait, is sent the readers' states, and only then reads signals. A change that comes
    between must be neither lost nor sent too early, so it is kept (PREPARING) until the states are on their
    way. (pcscd sends it at once, and the client may take it for the beginning of the states.)
    """

    def __init__(self, send: Callable[[bytes], None]) -> None:
        """`send` puts a signal on its way without blocking: a change of one card is told to many clients."""
        self._send = send
        self._lock = threading.Lock()
        self._phase = _Phase.IDLE
        self._kept: Code | None = None

    def prepare(self) -> None:
        """The client asked to wait."""
        with self._lock:
            self._phase = _Phase.PREPARING
            self._kept = None

    def begin(self) -> None:
        """The client has been sent the states. Does nothing when it did not ask to wait."""
        with self._lock:
            if self._phase is _Phase.PREPARING:
                if self._kept is None:
                    self._phase = _Phase.WAITING
                else:
                    self._signal(self._kept)

    def notify(self, code: Code) -> None:
        """A reader changed, or the wait was cancelled."""
        with self._lock:
            if self._phase is _Phase.PREPARING:
                self._kept = code
            elif self._phase is _Phase.WAITING:
                self._signal(code)

    def stop(self) -> bytes:
        """The client waits no longer; gives the answer, empty when a signal has gone out in its stead."""
        with self._lock:
            if self._phase is _Phase.IDLE:
                return b""
            self._phase = _Phase.IDLE
            return _signal(self._kept or Code.SUCCESS)

    def _signal(self, code: Code) -> None:
        self._phase = _Phase.IDLE
        self._send(_signal(code))


def _signal(code: Code) -> bytes:
    return WAIT_READER_STATE_CHANGE.pack(0, code)

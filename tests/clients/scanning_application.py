r"""A program that waits as pcsc_scan does, for readers with \\?PnP?\Notification: at each change, a line with all."""

from __future__ import annotations

from smartcard.scard import (
    INFINITE,
    SCARD_E_NO_READERS_AVAILABLE,
    SCARD_E_UNKNOWN_READER,
    SCARD_S_SUCCESS,
    SCARD_SCOPE_USER,
    SCARD_STATE_UNAWARE,
    SCardEstablishContext,
    SCardGetErrorMessage,
    SCardGetStatusChange,
    SCardListReaders,
)

PLUG_AND_PLAY = r"\\?PnP?\Notification"

_, context = SCardEstablishContext(SCARD_SCOPE_USER)
while True:
    code, readers = SCardListReaders(context, [])
    assert code in (SCARD_S_SUCCESS, SCARD_E_NO_READERS_AVAILABLE), SCardGetErrorMessage(code)
    print(", ".join(readers) or "no readers", flush=True)
    watched = [(PLUG_AND_PLAY, SCARD_STATE_UNAWARE)]
    if readers:
        _, states = SCardGetStatusChange(context, 0, [(name, SCARD_STATE_UNAWARE) for name in readers])
        watched += [(name, state) for name, state, _ in states]
    code, _ = SCardGetStatusChange(context, INFINITE, watched)
    assert code in (SCARD_S_SUCCESS, SCARD_E_UNKNOWN_READER), SCardGetErrorMessage(code)

"""Cards as they come and go, by the events of PC/SC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import sleep

from smartcard import scard

from cardtools.card.errors import NoReaderError
from cardtools.card.pcsc import all_readers, established, has_card

_NEW_READERS = "\\\\?PnP?\\Notification"
_SLICE = 500
"""Milliseconds of one wait: Ctrl-C is heard between two."""
_COUNTER = 16
"""By so many bits the count of a reader's events stands to the left of its state."""

Present = Mapping[str, int]
"""The readers with a card in them; a number that changes when another card comes, or the same one again."""


def cards_present() -> Iterator[Present]:
    """The cards there are, at once, and then each time that one has come or gone. Ends never by itself.

    Raises NoServiceError when there is no service, or it ends.
    """
    with established() as context:
        seen: Present | None = None
        while True:
            names = _readers(context)
            present = _present(context, names)
            if present != seen:
                seen = present
                yield present
            else:
                _wait(context, names)


def present_now() -> Present:
    """The cards there are. Raises NoServiceError."""
    with established() as context:
        return _present(context, _readers(context))


def _readers(context: int) -> list[str]:
    try:
        return all_readers(context)
    except NoReaderError:
        return []


def _present(context: int, names: list[str]) -> Present:
    # pyscard asks for the state of readers with ASCII names only; others are found by connecting, at intervals.
    others = {name: 0 for name in names if not name.isascii() and has_card(context, name)}
    states = _states(context, names)
    return {name: state >> _COUNTER for name, state in states.items() if state & scard.SCARD_STATE_PRESENT} | others


def _states(context: int, names: list[str]) -> dict[str, int]:
    asked = [(name, scard.SCARD_STATE_UNAWARE) for name in names if name.isascii()]
    if not asked:
        return {}
    result, states = scard.SCardGetStatusChange(context, 0, asked)
    return {name: state for name, state, _ in states} if result == scard.SCARD_S_SUCCESS else {}


def _wait(context: int, names: list[str]) -> None:
    """Until something happens at a reader, or for a moment."""
    known = [(name, state & ~scard.SCARD_STATE_CHANGED) for name, state in _states(context, names).items()]
    asked = [*known, (_NEW_READERS, scard.SCARD_STATE_UNAWARE)]
    result, _ = scard.SCardGetStatusChange(context, _SLICE, asked)
    if result not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_TIMEOUT):
        sleep(_SLICE / 1000)

"""Every call of PC/SC that a holder can make, with every disposition, sharing and protocol, in every situation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.unit.readers.pcsc.histories import Stage
from tests.unit.readers.pcsc.pcsc_model import (
    ANY_OLD,
    ATR_ATTRIBUTE,
    DIRECT,
    EXCLUSIVE,
    LEAVE,
    RAW,
    RESET,
    SHARED,
    T0,
    T1,
    UNKNOWN_ATTRIBUTE,
    UNPOWER,
    Handle,
)

Call = Callable[[Stage, Handle], None]
Situation = Callable[[Stage], Handle]

_SHARES = (SHARED, EXCLUSIVE, DIRECT, 0, 4)
_PROTOCOLS = (T0 | T1, T0, T1, RAW, ANY_OLD, 0)
_DISPOSITIONS = (LEAVE, RESET, UNPOWER, 3, 4)


def every_call() -> Iterator[Call]:
    """Calls on a handle of the first reader, and connections of a third program to that."""
    for share in _SHARES:
        for protocols in _PROTOCOLS:
            yield lambda stage, _, share=share, protocols=protocols: stage.connect(2, 0, share, protocols)  # type: ignore[misc]
            for disposition in _DISPOSITIONS:
                yield _reconnecting(share, protocols, disposition)
    for disposition in _DISPOSITIONS:
        yield lambda stage, handle, disposition=disposition: stage.end(handle, disposition)  # type: ignore[misc]
        yield lambda stage, handle, disposition=disposition: stage.disconnect(handle, disposition)  # type: ignore[misc]
    for protocol in (T0, T1, RAW, ANY_OLD):
        yield lambda stage, handle, protocol=protocol: stage.transmit(handle, protocol)  # type: ignore[misc]
    for identifier in (ATR_ATTRIBUTE, UNKNOWN_ATTRIBUTE):
        yield lambda stage, handle, identifier=identifier: stage.attribute(handle, identifier)  # type: ignore[misc]
    yield lambda stage, handle: stage.set_attribute(handle)
    yield lambda stage, handle: stage.control(handle)
    yield lambda stage, handle: stage.status(handle)
    yield _begin


def _reconnecting(share: int, protocols: int, disposition: int) -> Call:
    return lambda stage, handle: stage.reconnect(handle, share, protocols, disposition)


def _begin(stage: Stage, handle: Handle) -> None:
    if handle.news or not handle.reader.is_closed_to(handle):  # else the refusal takes a tenth of a second
        stage.begin(handle)


def _one(stage: Stage, client: int, share: int = SHARED, protocols: int = T0 | T1) -> Handle:
    stage.connect(client, 0, share, protocols)
    return stage.model.handles[-1]


def _alone(stage: Stage) -> Handle:
    return _one(stage, 0)


def _direct(stage: Stage) -> Handle:
    return _one(stage, 0, DIRECT, 0)


def _exclusive(stage: Stage) -> Handle:
    return _one(stage, 0, EXCLUSIVE)


def _beside_another(stage: Stage) -> Handle:
    _one(stage, 1)
    return _one(stage, 0)


def _reset_by_another(stage: Stage) -> Handle:
    handle, other = _one(stage, 0), _one(stage, 1)
    stage.reconnect(other, SHARED, T0 | T1, RESET)
    return handle


def _unpowered_by_another(stage: Stage) -> Handle:
    handle, other = _one(stage, 0), _one(stage, 1)
    stage.disconnect(other, UNPOWER)
    return handle


def _unpowered_and_left_so(stage: Stage) -> Handle:
    handle = _unpowered_by_another(stage)
    stage.reconnect(handle, SHARED, T0 | T1, LEAVE)
    return handle


def _in_own_transaction(stage: Stage) -> Handle:
    handle, _ = _one(stage, 0), _one(stage, 1)
    stage.begin(handle)
    return handle


def _in_two_own_transactions(stage: Stage) -> Handle:
    handle = _in_own_transaction(stage)
    stage.begin(handle)
    return handle


def _in_anothers_transaction(stage: Stage) -> Handle:
    handle, other = _one(stage, 0), _one(stage, 1)
    stage.begin(other)
    return handle


def _raw(stage: Stage) -> Handle:
    return _one(stage, 0, SHARED, RAW)


SITUATIONS: dict[str, Situation] = {
    situation.__name__.strip("_").replace("_", " "): situation
    for situation in (
        _alone, _direct, _exclusive, _beside_another, _reset_by_another, _unpowered_by_another, _unpowered_and_left_so,
        _in_own_transaction, _in_two_own_transactions, _in_anothers_transaction, _raw,
    )
}  # fmt: skip


def all_gone(stage: Stage) -> None:
    """Nobody holds a card any more, and it has power; whoever has a transaction open goes first."""
    if not stage.model.handles:
        _one(stage, 0, DIRECT, 0)  # a card that was left without power takes no other connection
    while handles := stage.model.handles:
        stage.disconnect(handles[0].reader.in_transaction or handles[0], RESET)


def every_call_in(stage: Stage, situation: Situation) -> int:
    """Makes each call in a situation that is made anew for it; gives how many these were."""
    number = 0
    for call in every_call():
        all_gone(stage)
        call(stage, situation(stage))
        del stage.said[:-40]
        number += 1
    all_gone(stage)
    return number


def every_call_without_the_card(stage: Stage) -> int:
    """The same, of a program whose card was taken out, and lies beside the reader."""
    all_gone(stage)
    calls = list(every_call())
    for call in calls:
        handle = _one(stage, 0, DIRECT, 0)
        call(stage, handle)
        all_gone(stage)
    return len(calls)

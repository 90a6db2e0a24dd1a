"""Work with the very card that was found: nobody of ours disturbs it, and another one in its place is not touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cardtools.card.errors import CardGoneError
from cardtools.card.pcsc import Connection, connect
from cardtools.card.status import CardStatus, read_status
from cardtools.card.token import Token
from cardtools.enrol.flows.card_lock import my_turn
from cardtools.enrol.flows.device import QualifiedDevice
from cardtools.enrol.flows.session import Session


@contextmanager
def token_of(session: Session, device: QualifiedDevice) -> Iterator[Token]:
    """The device's keys and certificates. Raises CardGoneError when another card is in the reader by now; CardError."""
    with my_turn(), Token(device.reader, session.module) as token:
        _require_same(device, token.status)
        yield token


@contextmanager
def status_of(device: QualifiedDevice) -> Iterator[tuple[Connection, CardStatus]]:
    """How the device stands now, with the connection that told it. Raises as `token_of` does."""
    with my_turn(), connect(device.reader) as connection:
        status = read_status(connection)
        _require_same(device, status)
        yield connection, status


def _require_same(device: QualifiedDevice, status: CardStatus) -> None:
    if (status.profile, status.serial) != (device.status.profile, device.status.serial):
        raise CardGoneError

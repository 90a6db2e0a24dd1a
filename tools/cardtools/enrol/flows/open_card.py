"""Work with the very card that was found: nobody of ours disturbs it, and another one in its place is not touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cardtools.card.errors import CardGoneError
from cardtools.card.pcsc import Connection, connect
from cardtools.card.status import CardStatus, read_status
from cardtools.card.token import Token
from cardtools.enrol.flows.card_lock import card_lock
from cardtools.enrol.flows.device import QualifiedDevice
from cardtools.enrol.flows.session import Session


@contextmanager
def open_token(session: Session, device: QualifiedDevice) -> Iterator[Token]:
    """The device's keys and certificates. Raises CardGoneError when another card is in the reader by now; CardError."""
    with card_lock(), Token(device.reader, session.module) as token:
        _require_same(device, token.status)
        yield token


@contextmanager
def open_connection(device: QualifiedDevice) -> Iterator[tuple[Connection, CardStatus]]:
    """How the device stands now, with the connection that told it. Raises as `open_token` does."""
    with card_lock(), connect(device.reader) as connection:
        status = read_status(connection)
        _require_same(device, status)
        yield connection, status


def _require_same(device: QualifiedDevice, status: CardStatus) -> None:
    if (status.profile, status.serial) != (device.status.profile, device.status.serial):
        raise CardGoneError

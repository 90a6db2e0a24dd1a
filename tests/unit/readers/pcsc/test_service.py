"""What befalls clients from outside of the card: the service ends and begins again, an idle transaction is ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.pcsc.messages import Code
from stuntcard.readers.slot import Slot

from tests.unit.readers.pcsc.clients import (
    LEAVE,
    READER,
    SELECT,
    SHARED,
    T0,
    T1,
    THREADS_MAY_NOT_FAIL,
    Client,
    TroublesomeCard,
)
from tests.unit.readers.pcsc.histories import WireProgram

pytestmark = THREADS_MAY_NOT_FAIL
PATIENCE = 60


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_service_goes_and_comes_back_under_a_running_client(server: PcscServer, slot: Slot, client: Client) -> None:
    handle = client.handle()
    assert client.transmit(handle, SELECT)[0] == Code.SUCCESS
    slot.leave_service(0.0)
    until(lambda: client.transmit(handle, SELECT)[0] != Code.SUCCESS)
    until(server.socket_path.exists)
    until(lambda: client.call("SCardEstablishContext", 2)[0] == Code.SUCCESS)
    client.establish()
    assert client.transmit(client.handle(), SELECT)[0] == Code.SUCCESS


def test_a_service_that_is_gone_does_not_come_back_once_it_is_stopped(server: PcscServer, slot: Slot) -> None:
    slot.leave_service(3600)
    until(lambda: not server.socket_path.exists())
    server.stop()
    assert not server.socket_path.exists()


class ImpatientCard(TroublesomeCard):
    """Has its reader end transactions that are idle for a moment."""

    def transmit(self, command: bytes) -> bytes:
        assert self.slot is not None
        self.slot.idle_limit = 0.05
        return super().transmit(command)


def test_an_idle_transaction_is_ended_and_the_card_reset(slot: Slot, new_client: Callable[[], Client]) -> None:
    impatient = ImpatientCard()
    impatient.slot = slot
    slot.insert(impatient)
    client, other = new_client(), new_client()
    handle, waiting = client.handle(), other.handle()
    assert client.call("SCardBeginTransaction", handle)[0] == Code.SUCCESS
    assert client.transmit(handle, SELECT)[0] == Code.SUCCESS
    assert other.call("SCardBeginTransaction", waiting)[0] == Code.RESET_CARD
    assert client.transmit(handle, SELECT) == (Code.RESET_CARD, b"")
    assert client.call("SCardReconnect", handle, SHARED, T0 | T1, 0)[0] == Code.SUCCESS
    assert client.transmit(handle, SELECT)[0] == Code.SUCCESS


def test_a_transaction_that_ends_in_time_is_left_alone_and_so_is_the_next(slot: Slot, socket_path: Path) -> None:
    """Time passes here when it is told to."""
    impatient, alarms = ImpatientCard(), list[Callable[[], None]]()
    impatient.slot = slot
    slot.insert(impatient)
    with PcscServer(socket_path, {READER: slot}, later=lambda _, act: alarms.append(act)) as server:
        program = WireProgram(server.socket_path)
        _, _, handle = program.connect(READER, SHARED, T0 | T1)
        for _ in range(2):
            assert program.begin(handle) == 0
            assert program.transmit(handle, T1, SELECT)[0] == 0
            assert program.end(handle, LEAVE) == 0
        first, second = alarms
        first()
        assert program.begin(handle) == 0
        second()
        assert program.transmit(handle, T1, SELECT)[0] == 0
        alarms[-1]()
        assert program.transmit(handle, T1, SELECT) == (Code.RESET_CARD, b"")
        program.socket.close()

"""Waiting for a change of a reader."""

from __future__ import annotations

from stuntcard.readers.pcsc.messages import Code
from stuntcard.readers.slot import Slot

from tests.unit.readers.echo_card import T0_ATR, T0_T1_ATR, EchoCard
from tests.unit.readers.pcsc.clients import (
    CHANGED,
    EMPTY,
    EXCLUSIVE,
    EXCLUSIVELY,
    FOREVER,
    INUSE,
    LEAVE,
    OTHER_READER,
    PRESENT,
    READER,
    THREADS_MAY_NOT_FAIL,
    Client,
    TroublesomeCard,
)

pytestmark = THREADS_MAY_NOT_FAIL


class TestWaitingForChanges:
    def test_a_card_put_in_and_taken_out_wakes_the_client(self, client: Client, slot: Slot) -> None:
        client.establish()
        assert client.state() == (0, 1 << 16 | PRESENT | CHANGED, T0_T1_ATR)
        client.ask("SCardGetStatusChange", client.context, FOREVER, [(READER, 1 << 16 | PRESENT)])
        assert client.waits()
        slot.remove()
        assert client.answer() == (0, [(READER, 2 << 16 | EMPTY | CHANGED, [])])
        client.ask("SCardGetStatusChange", client.context, FOREVER, [(READER, 2 << 16 | EMPTY)])
        assert client.waits()
        slot.insert(EchoCard(T0_ATR))
        assert client.answer() == (0, [(READER, 3 << 16 | PRESENT | CHANGED, list(T0_ATR))])

    def test_a_change_between_two_calls_shows_in_the_counter(
        self, client: Client, slot: Slot, card: TroublesomeCard
    ) -> None:
        client.establish()
        slot.insert(card)
        assert client.state(PRESENT | 1 << 16, 60_000) == (0, 3 << 16 | PRESENT | CHANGED, T0_T1_ATR)

    def test_the_wait_ends_in_time(self, client: Client) -> None:
        client.establish()
        assert client.state(PRESENT, 50)[0] == 0x8010000A
        assert client.state()[0] == 0

    def test_waiting_for_readers_to_come_ends_in_time(self, client: Client) -> None:
        client.establish()
        code, _ = client.call("SCardGetStatusChange", client.context, 50, [("\\\\?PnP?\\Notification", 0)])
        assert code == 0x8010000A

    def test_cancel(self, client: Client) -> None:
        client.establish()
        client.ask("SCardGetStatusChange", client.context, FOREVER, [(READER, PRESENT)])
        assert client.waits()
        # One that comes before the call cancels nothing, and nobody sees when that has come.
        while client.waits():
            assert client.call("SCardCancel", client.context, lane="canceller") == (0,)
        assert client.answer()[0] == Code.CANCELLED
        assert client.state()[0] == 0

    def test_use_by_another_client_shows(self, client: Client, other: Client) -> None:
        client.establish()
        handle = other.handle()
        assert client.state()[1] == 1 << 16 | PRESENT | INUSE | CHANGED
        client.ask("SCardGetStatusChange", client.context, FOREVER, [(READER, PRESENT | INUSE)])
        assert client.waits()
        other.call("SCardDisconnect", handle, LEAVE)
        assert client.answer()[:1] == (0,)
        other.handle(EXCLUSIVE)
        assert client.state()[1] == 1 << 16 | PRESENT | EXCLUSIVELY | CHANGED

    def test_the_other_reader_does_not_care(self, client: Client, slot: Slot) -> None:
        client.establish()
        client.ask("SCardGetStatusChange", client.context, FOREVER, [(OTHER_READER, PRESENT)])
        slot.remove()
        assert client.waits()

    def test_a_client_killed_while_waiting(self, client: Client, other: Client, slot: Slot) -> None:
        client.establish()
        client.ask("SCardGetStatusChange", client.context, FOREVER, [(READER, PRESENT)])
        assert client.waits()
        client.kill()
        slot.remove()
        other.establish()
        assert other.state()[1] == 2 << 16 | EMPTY | CHANGED

"""Several programs and one card: shared, exclusive, transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.pcsc.messages import Code
from stuntcard.readers.slot import Slot

from tests.unit.readers.echo_card import T0_T1_ATR
from tests.unit.readers.pcsc.clients import (
    CHANGED,
    DIRECT,
    EJECT,
    EXCLUSIVE,
    LEAVE,
    PRESENT,
    READER,
    RESET,
    SELECT,
    SHARED,
    T0,
    T1,
    THREADS_MAY_NOT_FAIL,
    UNPOWER,
    Client,
    TroublesomeCard,
)

pytestmark = THREADS_MAY_NOT_FAIL


class TestSharing:
    @pytest.mark.parametrize(
        ("disposition", "news", "history", "afterwards"),
        [
            (LEAVE, Code.SUCCESS, ["on"], Code.SUCCESS),
            (RESET, Code.RESET_CARD, ["on", "reset"], Code.SUCCESS),
            (UNPOWER, Code.RESET_CARD, ["on", "off"], Code.NOT_TRANSACTED),
            (EJECT, Code.SUCCESS, ["on"], Code.SUCCESS),
        ],
    )
    def test_what_a_disconnect_does_to_the_others(
        self,
        client: Client,
        other: Client,
        card: TroublesomeCard,
        disposition: int,
        news: int,
        history: list[str],
        afterwards: int,
    ) -> None:
        handle, staying = client.handle(), other.handle()
        assert client.call("SCardDisconnect", handle, disposition)[0] == 0
        assert other.transmit(staying, SELECT)[0] == news
        assert other.call("SCardStatus", staying)[0] == news
        assert other.call("SCardBeginTransaction", staying)[0] == news
        assert other.call("SCardReconnect", staying, SHARED, T0 | T1, LEAVE) == (0, T1)
        assert other.transmit(staying, SELECT)[0] == afterwards
        assert card.history == history

    @pytest.mark.parametrize(("initialization", "history"), [(RESET, ["reset"]), (UNPOWER, ["off", "on"])])
    def test_what_a_reconnect_does_to_the_others(
        self, client: Client, other: Client, card: TroublesomeCard, initialization: int, history: list[str]
    ) -> None:
        handle, staying = client.handle(), other.handle()
        assert client.call("SCardReconnect", handle, SHARED, T0, initialization) == (0, T0)
        assert client.transmit(handle, SELECT, T0)[0] == 0
        assert other.transmit(staying, SELECT)[0] == Code.RESET_CARD
        assert card.history == ["on", *history]


class TestPower:
    """`later` stands still, so that a test decides when the seconds are over."""

    @pytest.fixture
    def alarms(self) -> list[Callable[[], None]]:
        return []

    @pytest.fixture
    def server(
        self, socket_path: Path, slot: Slot, alarms: list[Callable[[], None]], card: TroublesomeCard
    ) -> Iterator[PcscServer]:
        with PcscServer(socket_path, {READER: slot}, later=lambda _, act: alarms.append(act)) as server:
            yield server
            card.finish.set()

    def test_goes_when_nobody_has_used_the_card_for_a_while(
        self, client: Client, other: Client, card: TroublesomeCard, alarms: list[Callable[[], None]]
    ) -> None:
        first, second = client.handle(), other.handle()
        client.call("SCardDisconnect", first, LEAVE)
        assert alarms == []
        other.call("SCardDisconnect", second, LEAVE)
        alarms.pop()()
        assert (card.history, alarms) == (["on", "off"], [])
        assert client.state()[1:] == (1 << 16 | PRESENT | CHANGED, T0_T1_ATR)  # and nobody sees it
        assert client.connect(protocols=T0)[::2] == (0, T0)
        assert card.history == ["on", "off", "on"]

    def test_stays_while_somebody_uses_the_card(
        self, client: Client, card: TroublesomeCard, alarms: list[Callable[[], None]]
    ) -> None:
        client.call("SCardDisconnect", client.handle(), LEAVE)
        handle = client.handle()
        alarms.pop()()
        client.call("SCardDisconnect", handle, LEAVE)
        client.call("SCardDisconnect", client.handle(), LEAVE)
        assert len(alarms) == 1  # one for all of them
        alarms.pop()()  # it was in use since this was set: the time begins anew
        assert card.history == ["on"]
        alarms.pop()()
        assert (card.history, alarms) == (["on", "off"], [])

    def test_is_nothing_that_a_direct_connection_keeps(
        self, client: Client, card: TroublesomeCard, alarms: list[Callable[[], None]]
    ) -> None:
        client.call("SCardDisconnect", client.handle(), LEAVE)
        _, handle, _ = client.connect(DIRECT, 0)
        alarms.pop()()
        assert card.history == ["on", "off"]
        assert client.call("SCardReconnect", handle, SHARED, T1, LEAVE) == (0, T1)
        assert card.history == ["on", "off", "on"]


class TestTransactions:
    def test_keep_others_out(self, client: Client, other: Client, new_client: Callable[..., Client]) -> None:
        handle, outside = client.handle(), other.handle()
        patient = new_client()
        waiting = patient.handle()
        assert client.call("SCardBeginTransaction", handle)[0] == 0
        assert other.transmit(outside, SELECT)[0] == Code.SHARING_VIOLATION
        assert other.call("SCardStatus", outside)[0] == Code.SHARING_VIOLATION
        assert other.call("SCardGetAttrib", outside, 0x00090303)[0] == Code.SHARING_VIOLATION
        assert other.call("SCardControl", outside, 0x42000D48, [])[0] == Code.SHARING_VIOLATION
        assert other.call("SCardEndTransaction", outside, LEAVE)[0] == Code.SHARING_VIOLATION
        assert other.call("SCardReconnect", outside, SHARED, T1, RESET)[0] == Code.SHARING_VIOLATION
        patient.ask("SCardTransmit", waiting, T1, list(SELECT))
        assert patient.waits()
        assert client.transmit(handle, SELECT)[0] == 0
        assert client.call("SCardEndTransaction", handle, LEAVE)[0] == 0
        assert patient.answer() == (0, list(SELECT + b"\x90\x00"))
        assert other.transmit(outside, SELECT)[0] == 0

    def test_follow_one_another(self, client: Client, other: Client) -> None:
        handle, outside = client.handle(), other.handle()
        client.call("SCardBeginTransaction", handle)
        other.ask("SCardBeginTransaction", outside)
        assert other.waits()
        client.call("SCardEndTransaction", handle, LEAVE)
        assert other.answer()[0] == 0
        assert client.call("SCardEndTransaction", handle, LEAVE)[0] == Code.SHARING_VIOLATION
        assert other.call("SCardEndTransaction", outside, LEAVE)[0] == 0

    def test_connecting_waits_for_their_end(self, client: Client, other: Client) -> None:
        handle = client.handle()
        other.establish()
        client.call("SCardBeginTransaction", handle)
        other.ask("SCardConnect", other.context, READER, SHARED, T1)
        assert other.waits()
        client.call("SCardEndTransaction", handle, LEAVE)
        assert other.answer()[0] == 0

    def test_resetting_waits_for_their_end(self, client: Client, other: Client, card: TroublesomeCard) -> None:
        handle, outside = client.handle(), other.handle()
        client.call("SCardBeginTransaction", handle)
        other.ask("SCardDisconnect", outside, RESET)
        assert other.waits()
        assert client.transmit(handle, SELECT)[0] == 0
        client.call("SCardEndTransaction", handle, LEAVE)
        assert other.answer()[0] == 0
        assert card.history == ["on", "reset"]

    def test_a_client_killed_within_one_leaves_a_reset_card(
        self, client: Client, other: Client, card: TroublesomeCard
    ) -> None:
        handle, outside = client.handle(), other.handle()
        client.call("SCardBeginTransaction", handle)
        other.ask("SCardBeginTransaction", outside)
        assert other.waits()
        client.kill()
        assert other.answer()[0] == Code.RESET_CARD
        assert other.call("SCardReconnect", outside, EXCLUSIVE, T1, LEAVE)[0] == 0
        assert card.history == ["on", "reset"]

    def test_a_client_killed_outside_of_one_leaves_the_card_alone(
        self, client: Client, other: Client, card: TroublesomeCard
    ) -> None:
        outside = other.handle()
        client.handle()
        client.kill()
        other.establish()
        while other.call("SCardReconnect", outside, EXCLUSIVE, T1, LEAVE)[0] != 0:
            pass
        assert card.history == ["on"]

    def test_a_client_that_waits_for_itself_is_freed_by_its_death(self, client: Client, other: Client) -> None:
        handle, outside = client.handle(), other.handle()
        client.call("SCardBeginTransaction", handle)
        client.ask("SCardConnect", client.context, READER, SHARED, T1)
        assert client.waits()
        client.kill()
        code: int = Code.SHARING_VIOLATION
        while code == Code.SHARING_VIOLATION:
            code, _ = other.transmit(outside, SELECT)
        assert code == Code.RESET_CARD

    def test_releasing_the_context_within_one_resets_the_card(self, client: Client, card: TroublesomeCard) -> None:
        client.call("SCardBeginTransaction", client.handle())
        assert client.call("SCardReleaseContext", client.context)[0] == 0
        assert card.history == ["on", "reset"]

"""The protocol byte by byte, in every version that libraries speak, and malformed."""

from __future__ import annotations

import random
import struct
from contextlib import suppress

import pytest
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.pcsc.messages import Code
from stuntcard.readers.slot import Slot

from tests.unit.readers.echo_card import T0_T1_ATR
from tests.unit.readers.pcsc.clients import (
    CANCEL,
    CHANGED,
    EMPTY,
    ESTABLISH,
    EVENTS,
    LEAVE,
    OTHER_READER,
    READER,
    SELECT,
    SHARED,
    STATES,
    STATES_ARRAY,
    STATES_SIZE,
    STOP,
    T0,
    T1,
    THREADS_MAY_NOT_FAIL,
    TRANSMIT,
    VERSION,
    WAIT,
    Client,
    RawClient,
)

pytestmark = THREADS_MAY_NOT_FAIL


NO_READER = (bytes(128), 0, 0, 0, bytes(33), 0, 0)


class TestProtocolVersions:
    @pytest.mark.parametrize("minor", [4, 5, 6])
    def test_the_client_gets_its_own(self, raw: RawClient, minor: int) -> None:
        assert raw.ask(VERSION, "iiI", 4, minor, 0) == (4, minor, 0)

    @pytest.mark.parametrize("version", [(4, 3), (4, 7), (3, 4), (5, 6), (-1, -1)])
    def test_others_are_refused_and_told_of_the_newest(self, raw: RawClient, version: tuple[int, int]) -> None:
        assert raw.ask(VERSION, "iiI", *version, 0) == (4, 6, Code.SERVICE_STOPPED)
        assert raw.ask(VERSION, "iiI", 4, 6, 0) == (4, 6, 0)

    @pytest.mark.parametrize("minor", [4, 5])
    def test_up_to_4_5_states_come_with_the_wait(self, raw: RawClient, slot: Slot, minor: int) -> None:
        raw.open(minor)
        raw.send(WAIT)
        states = raw.records()
        assert states[0] == (READER.encode().ljust(128, b"\0"), 1, 0x34, 0, T0_T1_ATR.ljust(33, b"\0"), 5, 0)
        assert states[1][0] == OTHER_READER.encode().ljust(128, b"\0")
        assert states[2:] == [NO_READER] * 14
        slot.remove()
        assert raw.receive(8) == struct.pack("=II", 0, 0)
        raw.send(STATES)
        assert raw.records()[0] == (READER.encode().ljust(128, b"\0"), 2, 0x02, 0, bytes(33), 0, 0)

    @pytest.mark.parametrize("minor", [5, 6])
    def test_from_4_5_readers_are_counted(self, raw: RawClient, slot: Slot, minor: int) -> None:
        raw.open(minor)
        raw.send(EVENTS)
        assert raw.receive(8) == struct.pack("=II", 3, 0)
        slot.remove()  # cards do not count
        raw.send(EVENTS)
        assert raw.receive(8) == struct.pack("=II", 3, 0)

    def test_in_4_6_the_client_fetches_the_states(self, raw: RawClient, slot: Slot) -> None:
        raw.open(6)
        raw.send(WAIT)
        raw.send(STATES_SIZE)
        assert raw.receive(4) == struct.pack("=i", 16)
        slot.remove()  # its signal must not come before the states, which the client reads next
        raw.send(STATES_ARRAY)
        assert raw.records()[0][1:3] == (2, 0x02)
        assert raw.receive(8) == struct.pack("=II", 0, 0)
        raw.send(STOP)  # not answered, the signal has gone out already
        raw.send(STATES_SIZE)
        assert raw.receive(4) == struct.pack("=i", 16)

    def test_a_wait_can_be_stopped(self, raw: RawClient, slot: Slot) -> None:
        raw.open(4)
        raw.send(WAIT)
        raw.records()
        raw.send(STOP)
        assert raw.receive(8) == struct.pack("=II", 0, 0)
        slot.remove()
        raw.send(STATES)
        assert raw.records()[0][1] == 2

    def test_cancelling(self, raw: RawClient, server: PcscServer) -> None:
        context = raw.open(4)
        canceller = RawClient(server.socket_path)
        assert canceller.ask(CANCEL, "iI", context, 0) == (context, 0)  # does not wait: nothing to cancel
        assert canceller.ask(CANCEL, "iI", 1, 0) == (1, Code.INVALID_HANDLE)
        raw.send(WAIT)
        raw.records()
        assert canceller.ask(CANCEL, "iI", context, 0) == (context, 0)
        assert raw.receive(8) == struct.pack("=II", 0, Code.CANCELLED)
        canceller.socket.close()

    def test_an_answer_longer_than_the_clients_room(self, raw: RawClient) -> None:
        handle = raw.connect_card(raw.open(6))
        body = struct.pack("=iIIIIIII", handle, T1, 16, 5, T1, 16, 6, 0)
        raw.socket.sendall(struct.pack("=II", len(body), TRANSMIT) + body + SELECT)
        assert raw.receive(32) == struct.pack("=iIIIIIII", handle, T1, 16, 5, T1, 16, 7, Code.INSUFFICIENT_BUFFER)
        raw.send(STATES_SIZE)
        assert raw.receive(4) == struct.pack("=i", 16)

    def test_contexts(self, raw: RawClient) -> None:
        context = raw.open(6)
        assert raw.ask(0x02, "II", context + 1, 0)[1] == Code.INVALID_VALUE
        assert raw.ask(0x02, "II", context, 0)[1] == 0
        assert raw.ask(0x02, "II", context, 0)[1] == Code.INVALID_HANDLE
        assert raw.ask(ESTABLISH, "III", 4, 0, 0)[2] == Code.INVALID_VALUE


class TestMalformedMessages:
    @pytest.mark.parametrize(
        "message",
        [
            struct.pack("=II", 0, 0),
            struct.pack("=II", 0, 0x18),
            struct.pack("=II", 0, 0xFFFFFFFF),
            struct.pack("=II", 0xFFFFFFFF, VERSION),
            struct.pack("=II", 11, VERSION) + bytes(11),
            struct.pack("=II", 4, WAIT) + bytes(4),
            struct.pack("=II", 32, TRANSMIT) + bytes(32),  # no such handle
            struct.pack("=II", 8, 0x0B) + bytes(8),
            struct.pack("=II", 280, 0x0F) + bytes(280),
        ],
    )
    def test_end_the_connection(
        self, raw: RawClient, client: Client, message: bytes, capfd: pytest.CaptureFixture[str]
    ) -> None:
        handle = client.handle()
        raw.open(4)
        raw.socket.sendall(message)
        assert raw.hung_up_on()
        assert client.transmit(handle, SELECT)[0] == 0
        assert capfd.readouterr().err == ""

    @pytest.mark.parametrize("size", [65549, 0xFFFFFFFF])
    def test_absurd_lengths_of_commands_and_attributes(self, raw: RawClient, size: int) -> None:
        handle = raw.connect_card(raw.open(4))
        raw.send(TRANSMIT, struct.pack("=iIIIIIII", handle, T1, 16, size, T1, 16, 300, 0))
        assert raw.hung_up_on()

    def test_absurd_length_of_an_attribute(self, raw: RawClient) -> None:
        handle = raw.connect_card(raw.open(4))
        raw.send(0x0F, struct.pack("=iI264sII", handle, 0x00090303, b"", 265, 0))
        assert raw.hung_up_on()

    def test_random_bytes(self, server: PcscServer, client: Client, capfd: pytest.CaptureFixture[str]) -> None:
        handle = client.handle()
        chance = random.Random(7816)
        sizes = {1: 12, 2: 8, 4: 152, 5: 24, 6: 12, 7: 8, 8: 12, 9: 32, 10: 24, 11: 8, 13: 8, 15: 280, 16: 280, 17: 12}
        for _ in range(400):
            raw = RawClient(server.socket_path)
            context = raw.open(chance.choice((4, 5, 6)))
            number = raw.connect_card(context) if chance.random() < 0.5 else chance.getrandbits(31)
            command = chance.choice(list(sizes))
            body = chance.randbytes(sizes[command])
            if chance.random() < 0.8:  # a real handle, followed by nonsense
                body = struct.pack("=i", number) + body[4:]
            if chance.random() < 0.2:
                body = body[: chance.randrange(len(body))]
            raw.send(command, body)
            with suppress(OSError):  # hung up on us already
                raw.socket.sendall(chance.randbytes(chance.randrange(64)))
            raw.socket.close()
        code, _ = client.transmit(handle, SELECT)
        if code == Code.RESET_CARD:
            client.call("SCardReconnect", handle, SHARED, T0 | T1, LEAVE)
        assert client.state()[0] == 0
        assert capfd.readouterr().err == ""

    def test_a_client_that_reads_nothing_holds_up_nobody(self, raw: RawClient, client: Client, slot: Slot) -> None:
        client.establish()
        raw.open(4)
        raw.socket.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                raw.send(WAIT)
        slot.remove()
        assert client.state()[1] == 2 << 16 | EMPTY | CHANGED

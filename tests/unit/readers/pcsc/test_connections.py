"""One program and its card: connections, commands, protocols, cards in trouble, readers that come and go."""

from __future__ import annotations

import resource
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.pcsc.messages import Code
from stuntcard.readers.slot import Slot

from tests.unit.readers.echo_card import T0_ATR, T0_T1_ATR, EchoCard
from tests.unit.readers.pcsc.clients import (
    CHANGED,
    DIRECT,
    EXCLUSIVE,
    INUSE,
    LEAVE,
    MUTE,
    OTHER_READER,
    PRESENT,
    RAW,
    READER,
    RESET,
    SELECT,
    SHARED,
    SLOW,
    T0,
    T1,
    TEAR_OUT,
    THREADS_MAY_NOT_FAIL,
    UNAVAILABLE,
    UNKNOWN,
    Client,
    RawClient,
    TroublesomeCard,
)
from tests.unit.readers.pcsc.histories import WireProgram

pytestmark = THREADS_MAY_NOT_FAIL


class TestOneClient:
    def test_finds_the_readers_and_talks_to_the_card(
        self, client: Client, card: TroublesomeCard, server: PcscServer
    ) -> None:
        context = client.establish()
        assert client.call("SCardListReaders", context, []) == (0, [READER, OTHER_READER])
        code, handle, protocol = client.connect()
        assert (code, protocol) == (0, T1)
        assert client.transmit(handle, SELECT) == (0, SELECT + b"\x90\x00")
        assert client.call("SCardStatus", handle) == (0, READER, 0x10034, T1, list(T0_T1_ATR))
        assert client.call("SCardDisconnect", handle, LEAVE)[0] == 0
        assert client.call("SCardReleaseContext", context)[0] == 0
        assert card.history == ["on"]
        assert server.commands == 1

    def test_a_card_stays_powered_between_connections(self, client: Client, card: TroublesomeCard) -> None:
        for _ in range(3):
            assert client.call("SCardDisconnect", client.handle(), LEAVE)[0] == 0
        assert card.history == ["on"]

    def test_extended_commands_and_answers(self, client: Client) -> None:
        handle = client.handle()
        command = bytes.fromhex("00D60000 00FFF6") + bytes(range(256)) * 255 + bytes(246) + b"\x00\x00"
        assert len(command) == 65535
        assert client.transmit(handle, command) == (0, command + b"\x90\x00")

    def test_a_command_longer_than_vpcd_carries_is_no_readers_business(self, client: Client) -> None:
        assert client.transmit(client.handle(), bytes(65536)) == (Code.NOT_TRANSACTED, b"")

    def test_a_command_too_long_for_pcsc_is_refused_by_the_library(self, client: Client) -> None:
        assert client.transmit(client.handle(), bytes(65549))[0] == Code.INSUFFICIENT_BUFFER

    def test_unknown_reader(self, client: Client) -> None:
        assert client.connect(reader="Nobody's 00 00")[0] == Code.UNKNOWN_READER

    def test_direct_connection_leaves_the_card_without_power(self, client: Client, card: TroublesomeCard) -> None:
        code, handle, _ = client.connect(DIRECT, 0)
        assert code == 0
        assert client.transmit(handle, SELECT)[0] == Code.PROTO_MISMATCH
        assert client.transmit(handle, SELECT, RAW)[0] == Code.NOT_TRANSACTED
        assert card.history == []

    @pytest.mark.parametrize(
        ("identifier", "value"),
        [
            (0x00010100, b"Stuntcard\0"),
            (0x00010101, b"Virtual reader\0"),
            (0x00010102, struct.pack("=I", 0x00010000)),
            (0x00010103, b"0000\0"),
            (0x00080201, struct.pack("=I", T1)),
            (0x00090300, b"\x02"),
            (0x00090301, b"\x01"),
            (0x00090303, T0_T1_ATR),
            (0x00090304, b"\x01"),
            (0x7FFF0001, struct.pack("=I", 0)),
            (0x7FFF0003, READER.encode() + b"\0"),
            (0x7FFF0004, READER.encode() + b"\0"),
        ],
    )
    def test_attributes(self, client: Client, identifier: int, value: bytes) -> None:
        code, answer = client.call("SCardGetAttrib", client.handle(), identifier)
        assert (code, bytes(answer)) == (0, value)

    def test_other_attributes_and_controls_are_unsupported(self, client: Client) -> None:
        handle = client.handle()
        assert client.call("SCardGetAttrib", handle, 0x00050150)[0] == Code.UNSUPPORTED_FEATURE
        assert client.call("SCardSetAttrib", handle, 0x00010100, [1])[0] == Code.NOT_TRANSACTED
        assert client.call("SCardControl", handle, 0x42000001, [])[0] == Code.UNSUPPORTED_FEATURE
        assert client.transmit(handle, SELECT)[0] == 0


class TestProtocolChoice:
    @pytest.mark.parametrize(
        ("atr", "preferred", "code", "protocol"),
        [
            ("3B00", T0 | T1, 0, T0),  # no TD1: T=0
            ("3B00", T1, Code.PROTO_MISMATCH, None),
            ("3B800181", T0 | T1, 0, T1),
            ("3B800181", T0, Code.PROTO_MISMATCH, None),
            ("3B80800101", T0 | T1, 0, T1),  # both: T=1 first
            ("3B80800101", T0, 0, T0),
            ("3B80800101", 0x1000, 0, T1),
            ("3B8090000111", T0 | T1, 0, T0),  # TA2 = 00: specific mode, T=0 only
            ("3B8090000111", T1, Code.PROTO_MISMATCH, None),
            ("3B80801F001F", T0 | T1, 0, T0),  # T=15 names no protocol
            ("3BFF", T0 | T1, Code.PROTO_MISMATCH, None),  # no valid ATR
            ("3B00", T0 | RAW, 0, RAW),
        ],
    )
    def test_by_the_atr(
        self, client: Client, slot: Slot, atr: str, preferred: int, code: int, protocol: int | None
    ) -> None:
        slot.insert(EchoCard(bytes.fromhex(atr)))
        result, _, active = client.connect(protocols=preferred)
        assert (result, active if protocol is not None else None) == (code, protocol)

    def test_holds_until_a_reset(self, client: Client, other: Client, card: TroublesomeCard) -> None:
        _, handle, protocol = client.connect(protocols=T0)
        assert (protocol, card.protocol) == (T0, 0)
        assert other.connect(protocols=T1)[0] == Code.PROTO_MISMATCH
        client.call("SCardDisconnect", handle, LEAVE)
        assert other.connect(protocols=T1)[0] == Code.PROTO_MISMATCH
        _, handle, _ = other.connect(protocols=T0)
        assert other.call("SCardReconnect", handle, SHARED, T1, RESET) == (0, T1)
        assert card.protocol == 1


class TestCardsInTrouble:
    def test_mute_to_a_command(self, client: Client, card: TroublesomeCard) -> None:
        handle = client.handle()
        card.mute = True
        assert client.transmit(handle, SELECT) == (Code.NOT_TRANSACTED, b"")

    def test_mute_to_a_reset(self, client: Client, card: TroublesomeCard) -> None:
        handle = client.handle()
        card.mute = True
        assert client.call("SCardReconnect", handle, SHARED, T1, RESET)[0] == Code.UNRESPONSIVE_CARD
        assert client.state()[1] & MUTE
        assert client.connect()[0] == Code.UNPOWERED_CARD
        card.mute = False
        assert client.connect()[0] == Code.UNPOWERED_CARD  # as long as somebody holds it, until a reset
        assert client.call("SCardReconnect", handle, SHARED, T1, RESET) == (0, T1)

    def test_mute_from_the_start(self, client: Client, slot: Slot) -> None:
        dead = EchoCard(b"")
        slot.insert(dead)
        assert client.connect()[0] == Code.UNPOWERED_CARD
        assert client.state()[1] == 3 << 16 | PRESENT | MUTE | CHANGED

    def test_torn_out_in_the_midst_of_a_command(self, client: Client, card: TroublesomeCard) -> None:
        handle = client.handle()
        assert client.transmit(handle, TEAR_OUT) == (Code.NO_SMARTCARD, b"")
        assert client.transmit(handle, SELECT)[0] == Code.REMOVED_CARD
        assert card.history == ["on", "off"]

    def test_a_card_that_starts_anew_by_itself(self, client: Client, slot: Slot, card: TroublesomeCard) -> None:
        handle = client.handle()
        slot.reset()
        assert client.transmit(handle, SELECT)[0] == Code.RESET_CARD
        assert client.call("SCardReconnect", handle, SHARED, T1, LEAVE) == (0, T1)
        assert client.transmit(handle, SELECT) == (0, SELECT + b"\x90\x00")
        assert card.history == ["on", "reset"]

    def test_a_slow_card_holds_up_nobody_else(self, client: Client, other: Client, card: TroublesomeCard) -> None:
        handle = client.handle()
        client.ask("SCardTransmit", handle, T1, list(SLOW))
        assert card.started.wait(60)
        code, elsewhere, _ = other.connect(reader=OTHER_READER)
        assert code == 0
        assert other.transmit(elsewhere, SELECT)[0] == 0
        assert other.state()[1] == 1 << 16 | PRESENT | INUSE | CHANGED
        other.handle()
        card.finish.set()
        assert client.answer() == (0, list(SLOW + b"\x90\x00"))

    def test_a_client_killed_during_a_slow_command(self, client: Client, other: Client, card: TroublesomeCard) -> None:
        client.ask("SCardTransmit", client.handle(EXCLUSIVE), T1, list(SLOW))
        assert card.started.wait(60)
        client.kill()
        card.finish.set()
        while other.connect()[0] == Code.SHARING_VIOLATION:
            pass
        assert card.history == ["on", "reset"]


class TestReadersThatComeAndGo:
    def test_an_unplugged_reader_is_listed_no_more_and_comes_back(self, client: Client, slot: Slot) -> None:
        context = client.establish()
        slot.unplug()
        assert client.call("SCardListReaders", context, []) == (0, [OTHER_READER])
        assert client.connect()[0] == Code.UNKNOWN_READER
        assert client.connect(reader=OTHER_READER)[0] == 0
        slot.plug()
        assert client.call("SCardListReaders", context, []) == (0, [READER, OTHER_READER])
        assert client.transmit(client.handle(), SELECT) == (0, SELECT + b"\x90\x00")

    def test_what_was_open_with_it_is_lost_for_good(self, client: Client, slot: Slot, card: TroublesomeCard) -> None:
        handle = client.handle()
        slot.unplug()
        assert card.history == ["on", "off"]
        for _ in range(2):
            assert client.transmit(handle, SELECT)[0] == Code.READER_UNAVAILABLE
            assert client.call("SCardReconnect", handle, SHARED, T1, LEAVE)[0] == Code.READER_UNAVAILABLE
            slot.plug()
        assert client.call("SCardDisconnect", handle, LEAVE)[0] == 0
        assert client.transmit(client.handle(), SELECT) == (0, SELECT + b"\x90\x00")

    def test_whoever_waits_for_a_change_hears_of_it(self, client: Client, slot: Slot) -> None:
        client.establish()
        client.ask("SCardGetStatusChange", client.context, 60_000, [(READER, PRESENT)])
        assert client.waits()
        slot.unplug()
        code, [(name, event, _)] = client.answer()
        assert (code, name, event & 0xFFFF & ~CHANGED) == (0, READER, UNKNOWN | UNAVAILABLE)

    def test_an_unplugged_reader_keeps_its_card(self, client: Client, slot: Slot) -> None:
        client.establish()
        slot.unplug()
        slot.remove()
        slot.plug()
        assert client.connect()[0] == Code.NO_SMARTCARD
        slot.unplug()
        slot.insert(EchoCard(T0_ATR))
        slot.plug()
        assert client.connect()[::2] == (0, T0)

    def test_a_lock_goes_with_the_reader(self, client: Client, other: Client, slot: Slot) -> None:
        client.handle(EXCLUSIVE)
        slot.unplug()
        slot.plug()
        _, held, _ = other.connect(EXCLUSIVE)
        assert client.call("SCardReleaseContext", client.context)[0] == 0
        assert other.call("SCardReconnect", held, SHARED, T1, LEAVE) == (0, T1)


class TestManyClients:
    """Programs and server are one process here, which needs a file for each end."""

    @pytest.fixture(autouse=True)
    def files(self) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 2500:
            pytest.skip(f"this machine lets a program have no more than {hard} open files")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2500), hard))
        yield
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    def test_five_hundred_at_once_are_served(self, server: PcscServer) -> None:
        programs = [WireProgram(server.socket_path) for _ in range(500)]
        handles = [program.connect(READER, SHARED, T1)[2] for program in programs]
        answers = []

        def work(program: WireProgram, handle: int) -> None:
            while program.begin(handle):
                pass
            for _ in range(3):
                answers.append(program.transmit(handle, T1, SELECT))
            assert program.end(handle, LEAVE) == 0

        threads = [threading.Thread(target=work, args=pair) for pair in zip(programs, handles, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [(0, SELECT + b"\x90\x00")] * 1500
        for program in programs:
            program.socket.close()

    def test_too_many_are_refused_and_harm_nobody(self, server: PcscServer) -> None:
        programs = [WireProgram(server.socket_path) for _ in range(900)]
        late = RawClient(server.socket_path)
        assert late.hung_up_on()
        code, _, handle = programs[0].connect(READER, SHARED, T1)
        assert (code, programs[0].transmit(handle, T1, SELECT)) == (0, (0, SELECT + b"\x90\x00"))
        programs.pop().socket.close()
        while True:
            late = RawClient(server.socket_path)
            with suppress(AssertionError, OSError):
                late.open(4)
                break
        for program in (*programs, late):
            program.socket.close()

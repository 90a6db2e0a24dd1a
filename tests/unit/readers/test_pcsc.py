"""The PC/SC reader, driven through the real libpcsclite in processes of their own, and byte by byte."""

from __future__ import annotations

import ast
import os
import queue
import random
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from stuntcard.readers.pcsc import PcscServer, PcscSocketError
from stuntcard.readers.pcsc.messages import Code
from stuntcard.readers.slot import Slot

from tests.unit.readers.echo_card import T0_ATR, T0_T1_ATR, EchoCard

scard = pytest.importorskip("smartcard.scard")

# A failed expectation in a server thread must fail the test, too.
pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

READER = "Stuntcard 00 00"
OTHER_READER = "Stuntcard 01 00"


LEAVE, RESET, UNPOWER, EJECT = range(4)
EXCLUSIVE, SHARED, DIRECT = 1, 2, 3
T0, T1, RAW = 1, 2, 4

SLOW = bytes.fromhex("80FF000000")
TEAR_OUT = bytes.fromhex("80FE000000")


class TroublesomeCard(EchoCard):
    """Takes its time over one command, and is torn out during another."""

    def __init__(self, atr: bytes = T0_T1_ATR) -> None:
        super().__init__(atr)
        self.slot: Slot | None = None
        self.started = threading.Event()
        self.finish = threading.Event()

    def transmit(self, command: bytes) -> bytes:
        if command == SLOW:
            self.started.set()
            self.finish.wait(60)
        if command == TEAR_OUT and self.slot is not None:
            self.slot.remove()
        return super().transmit(command)


# A client in its own process. Each line is (thread, function of smartcard.scard, arguments); answers come back
# with the name of the thread, so that one client can wait in one thread and cancel in another.
_CLIENT = """
import ast, queue, sys, threading
import smartcard.scard as scard

lanes = {}

def serve(name, tasks):
    while True:
        function, arguments = tasks.get()
        result = getattr(scard, function)(*arguments)
        code, *rest = [result] if isinstance(result, int) else result
        sys.stdout.write(repr((name, (code & 0xFFFFFFFF, *rest))) + "\\n")
        sys.stdout.flush()

for line in sys.stdin:
    name, function, arguments = ast.literal_eval(line)
    if name not in lanes:
        lanes[name] = queue.Queue()
        threading.Thread(target=serve, args=(name, lanes[name]), daemon=True).start()
    lanes[name].put((function, arguments))
"""


class Client:
    """A program linked with libpcsclite."""

    def __init__(self, socket_path: Path, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CLIENT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PCSCLITE_CSOCK_NAME": str(socket_path), **environment},
        )
        self._answers: dict[str, queue.Queue[tuple[Any, ...]]] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._collect, daemon=True).start()
        self.context = 0

    def _lane(self, name: str) -> queue.Queue[tuple[Any, ...]]:
        with self._lock:
            return self._answers.setdefault(name, queue.Queue())

    def _collect(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            name, answer = ast.literal_eval(line)
            self._lane(name).put(answer)

    def ask(self, function: str, *arguments: Any, lane: str = "main") -> None:
        """Call without waiting for the end."""
        assert self.process.stdin is not None
        self.process.stdin.write(repr((lane, function, arguments)) + "\n")
        self.process.stdin.flush()

    def answer(self, lane: str = "main") -> tuple[Any, ...]:
        return self._lane(lane).get(timeout=60)

    def waits(self, lane: str = "main") -> bool:
        """Whether the call is still under way after a moment."""
        try:
            self._lane(lane).get(timeout=0.3)
        except queue.Empty:
            return True
        return False

    def call(self, function: str, *arguments: Any, lane: str = "main") -> tuple[Any, ...]:
        self.ask(function, *arguments, lane=lane)
        return self.answer(lane)

    def establish(self) -> int:
        code, self.context = self.call("SCardEstablishContext", 2)
        assert code == 0
        return self.context

    def connect(self, share: int = SHARED, protocols: int = T0 | T1, reader: str = READER) -> tuple[int, int, int]:
        if not self.context:
            self.establish()
        code, handle, protocol = self.call("SCardConnect", self.context, reader, share, protocols)
        return code, handle, protocol

    def handle(self, share: int = SHARED) -> int:
        code, handle, _ = self.connect(share)
        assert code == Code.SUCCESS
        return handle

    def transmit(self, handle: int, command: bytes, protocol: int = T1) -> tuple[int, bytes]:
        code, answer = self.call("SCardTransmit", handle, protocol, list(command))
        return code, bytes(answer)

    def state(self, current: int = 0, timeout: int = 0, reader: str = READER) -> tuple[int, int, bytes]:
        code, [(_, event, atr)] = self.call("SCardGetStatusChange", self.context, timeout, [(reader, current)])
        return code, event, bytes(atr)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()


@pytest.fixture
def card() -> TroublesomeCard:
    return TroublesomeCard()


@pytest.fixture
def slot(card: TroublesomeCard) -> Slot:
    card.slot = Slot(card)
    return card.slot


@pytest.fixture
def other_slot() -> Slot:
    return Slot(EchoCard())


@pytest.fixture
def socket_path(tmp_path: Path) -> Path:
    return tmp_path / "private" / "pcsc"


@pytest.fixture
def server(socket_path: Path, slot: Slot, other_slot: Slot, card: TroublesomeCard) -> Iterator[PcscServer]:
    with PcscServer(socket_path, {READER: slot, OTHER_READER: other_slot}) as server:
        yield server
        card.finish.set()


@pytest.fixture
def new_client(server: PcscServer) -> Iterator[Callable[..., Client]]:
    clients: list[Client] = []

    def start(**environment: str) -> Client:
        clients.append(Client(server.socket_path, **environment))
        return clients[-1]

    yield start
    for client in clients:
        client.close()


@pytest.fixture
def client(new_client: Callable[..., Client]) -> Client:
    return new_client()


@pytest.fixture
def other(new_client: Callable[..., Client]) -> Client:
    """A second program, which is told of a sharing violation instead of the library trying again."""
    return new_client(PCSCLITE_NO_BLOCKING="1")


SELECT = bytes.fromhex("00A4000C00")


class TestOneClient:
    def test_finds_the_readers_and_talks_to_the_card(
        self, client: Client, card: TroublesomeCard, server: PcscServer
    ) -> None:
        context = client.establish()
        assert client.call("SCardListReaders", context, []) == (0, [READER, OTHER_READER])
        code, handle, protocol = client.connect()
        assert (code, protocol) == (0, T1)
        assert client.transmit(handle, SELECT) == (0, SELECT + b"\x90\x00")
        assert client.call("SCardStatus", handle) == (0, READER, 0x34, T1, list(T0_T1_ATR))
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
        command = bytes.fromhex("00D60000 00FFFF") + bytes(range(256)) * 255 + bytes(255) + b"\x00\x00"
        assert len(command) == 65544
        assert client.transmit(handle, command) == (0, command + b"\x90\x00")

    def test_a_command_too_long_for_pcsc_is_refused_by_the_library(self, client: Client) -> None:
        assert client.transmit(client.handle(), bytes(65549))[0] == Code.INSUFFICIENT_BUFFER

    def test_unknown_reader(self, client: Client) -> None:
        assert client.connect(reader="Nobody's 00 00")[0] == Code.UNKNOWN_READER

    def test_the_wrong_protocol_is_refused(self, client: Client) -> None:
        handle = client.handle()
        assert client.transmit(handle, SELECT, T0)[0] == Code.PROTO_MISMATCH
        assert client.transmit(handle, SELECT, RAW) == (0, SELECT + b"\x90\x00")

    def test_no_protocol_is_refused(self, client: Client) -> None:
        assert client.connect(protocols=0)[0] == Code.PROTO_MISMATCH

    def test_a_wrong_share_mode_is_refused(self, client: Client) -> None:
        assert client.connect(share=4)[0] == Code.INVALID_VALUE

    def test_direct_connection_needs_no_card(self, client: Client, slot: Slot) -> None:
        slot.remove()
        assert client.connect()[0] == Code.NO_SMARTCARD
        code, handle, protocol = client.connect(DIRECT, 0)
        assert (code, protocol) == (0, 0)
        assert client.transmit(handle, SELECT)[0] == Code.NO_SMARTCARD

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
        assert client.call("SCardSetAttrib", handle, 0x00010100, [1])[0] == Code.UNSUPPORTED_FEATURE
        assert client.call("SCardControl", handle, 0x42000D48, [])[0] == Code.UNSUPPORTED_FEATURE
        assert client.transmit(handle, SELECT)[0] == 0

    def test_no_atr_without_a_card(self, client: Client, slot: Slot) -> None:
        slot.remove()
        _, handle, _ = client.connect(DIRECT, 0)
        assert client.call("SCardGetAttrib", handle, 0x00090303)[0] == Code.NOT_TRANSACTED
        assert client.call("SCardGetAttrib", handle, 0x00090300) == (0, [0])


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

    def test_holds_until_the_last_client_has_gone(self, client: Client, other: Client) -> None:
        _, handle, protocol = client.connect(protocols=T0)
        assert protocol == T0
        assert other.connect(protocols=T1)[0] == Code.PROTO_MISMATCH
        client.call("SCardDisconnect", handle, LEAVE)
        assert other.connect(protocols=T1)[2] == T1


PRESENT, EMPTY, CHANGED, INUSE, EXCLUSIVELY, MUTE = 0x20, 0x10, 0x02, 0x100, 0x80, 0x200
UNKNOWN, UNAVAILABLE = 0x04, 0x08
FOREVER = 0xFFFFFFFF


class TestWaitingForChanges:
    def test_a_card_put_in_and_taken_out_wakes_the_client(self, client: Client, slot: Slot) -> None:
        client.establish()
        assert client.state() == (0, PRESENT | CHANGED, T0_T1_ATR)
        client.ask("SCardGetStatusChange", client.context, FOREVER, [(READER, PRESENT)])
        assert client.waits()
        slot.remove()
        assert client.answer() == (0, [(READER, 1 << 16 | EMPTY | CHANGED, [])])
        client.ask("SCardGetStatusChange", client.context, FOREVER, [(READER, 1 << 16 | EMPTY)])
        assert client.waits()
        slot.insert(EchoCard(T0_ATR))
        assert client.answer() == (0, [(READER, 2 << 16 | PRESENT | CHANGED, list(T0_ATR))])

    def test_a_change_between_two_calls_shows_in_the_counter(
        self, client: Client, slot: Slot, card: TroublesomeCard
    ) -> None:
        client.establish()
        slot.insert(card)
        assert client.state(PRESENT | 1 << 16, 60_000) == (0, 2 << 16 | PRESENT | CHANGED, T0_T1_ATR)

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
        assert client.call("SCardCancel", client.context, lane="canceller") == (0,)
        assert client.answer()[0] == Code.CANCELLED
        assert client.state()[0] == 0

    def test_use_by_another_client_shows(self, client: Client, other: Client) -> None:
        client.establish()
        handle = other.handle()
        assert client.state()[1] == PRESENT | INUSE | CHANGED
        client.ask("SCardGetStatusChange", client.context, FOREVER, [(READER, PRESENT | INUSE)])
        assert client.waits()
        other.call("SCardDisconnect", handle, LEAVE)
        assert client.answer()[:1] == (0,)
        other.handle(EXCLUSIVE)
        assert client.state()[1] == PRESENT | EXCLUSIVELY | CHANGED

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
        assert other.state()[1] == 1 << 16 | EMPTY | CHANGED


class TestSharing:
    def test_exclusive(self, client: Client, other: Client) -> None:
        handle = client.handle(EXCLUSIVE)
        assert other.connect()[0] == Code.SHARING_VIOLATION
        client.call("SCardDisconnect", handle, LEAVE)
        shared = other.handle()
        assert client.connect(EXCLUSIVE)[0] == Code.SHARING_VIOLATION
        assert other.transmit(shared, SELECT)[0] == 0

    def test_reconnect_between_shared_and_exclusive(self, client: Client, other: Client) -> None:
        handle = client.handle()
        assert client.call("SCardReconnect", handle, EXCLUSIVE, T1, LEAVE) == (0, T1)
        assert other.connect()[0] == Code.SHARING_VIOLATION
        assert client.call("SCardReconnect", handle, SHARED, T1, LEAVE) == (0, T1)
        assert other.transmit(other.handle(), SELECT)[0] == 0

    @pytest.mark.parametrize(
        ("disposition", "news", "history"),
        [
            (LEAVE, Code.SUCCESS, ["on"]),
            (RESET, Code.RESET_CARD, ["on", "reset"]),
            (UNPOWER, Code.RESET_CARD, ["on", "off", "on"]),
            (EJECT, Code.SUCCESS, ["on"]),
        ],
    )
    def test_what_a_disconnect_does_to_the_others(
        self, client: Client, other: Client, card: TroublesomeCard, disposition: int, news: int, history: list[str]
    ) -> None:
        handle, staying = client.handle(), other.handle()
        assert client.call("SCardDisconnect", handle, disposition)[0] == 0
        assert other.transmit(staying, SELECT)[0] == news
        assert other.call("SCardStatus", staying)[0] == news
        assert other.call("SCardBeginTransaction", staying)[0] == news
        assert other.call("SCardReconnect", staying, SHARED, T0 | T1, LEAVE) == (0, T1)
        assert other.transmit(staying, SELECT)[0] == 0
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

    def test_an_unpowered_card_says_so(self, client: Client, other: Client) -> None:
        client.call("SCardDisconnect", client.handle(), UNPOWER)
        _, handle, _ = other.connect(DIRECT, 0)
        assert other.call("SCardStatus", handle) == (0, READER, 0x04, 0, list(T0_T1_ATR))

    def test_wrong_dispositions_are_refused(self, client: Client) -> None:
        handle = client.handle()
        assert client.call("SCardDisconnect", handle, 4)[0] == Code.INVALID_VALUE
        assert client.call("SCardEndTransaction", handle, 4)[0] == Code.INVALID_VALUE
        assert client.call("SCardReconnect", handle, SHARED, T1, EJECT)[0] == Code.INVALID_VALUE

    def test_removal(self, client: Client, slot: Slot, card: TroublesomeCard) -> None:
        handle = client.handle()
        client.call("SCardBeginTransaction", handle)
        slot.remove()
        assert client.transmit(handle, SELECT)[0] == Code.REMOVED_CARD
        assert client.call("SCardEndTransaction", handle, LEAVE)[0] == Code.REMOVED_CARD
        for initialization in (LEAVE, RESET, UNPOWER):
            assert client.call("SCardReconnect", handle, SHARED, T1, initialization)[0] == Code.NO_SMARTCARD
        slot.insert(card)
        assert client.transmit(handle, SELECT)[0] == Code.REMOVED_CARD
        assert client.call("SCardReconnect", handle, SHARED, T1, LEAVE) == (0, T1)
        assert client.transmit(handle, SELECT)[0] == 0
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

    def test_nest(self, client: Client, other: Client) -> None:
        handle, outside = client.handle(), other.handle()
        for _ in range(2):
            client.call("SCardBeginTransaction", handle)
        client.call("SCardEndTransaction", handle, LEAVE)
        assert other.transmit(outside, SELECT)[0] == Code.SHARING_VIOLATION
        client.call("SCardEndTransaction", handle, LEAVE)
        assert other.transmit(outside, SELECT)[0] == 0
        assert client.call("SCardEndTransaction", handle, LEAVE)[0] == Code.NOT_TRANSACTED

    @pytest.mark.parametrize(("disposition", "history"), [(RESET, ["reset"]), (UNPOWER, ["off", "on"])])
    def test_that_end_in_a_reset_tell_everyone(
        self, client: Client, other: Client, card: TroublesomeCard, disposition: int, history: list[str]
    ) -> None:
        handle, outside = client.handle(), other.handle()
        client.call("SCardBeginTransaction", handle)
        assert client.call("SCardEndTransaction", handle, disposition)[0] == 0
        assert client.transmit(handle, SELECT)[0] == Code.RESET_CARD
        assert other.transmit(outside, SELECT)[0] == Code.RESET_CARD
        assert card.history == ["on", *history]

    def test_a_reader_cannot_eject(self, client: Client) -> None:
        handle = client.handle()
        client.call("SCardBeginTransaction", handle)
        assert client.call("SCardEndTransaction", handle, EJECT)[0] == Code.UNSUPPORTED_FEATURE
        assert client.call("SCardEndTransaction", handle, LEAVE)[0] == Code.NOT_TRANSACTED

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
        assert client.call("SCardReconnect", handle, SHARED, T1, RESET) == (0, T1)

    def test_mute_from_the_start(self, client: Client, slot: Slot) -> None:
        dead = EchoCard(b"")
        slot.insert(dead)
        assert client.connect()[0] == Code.UNPOWERED_CARD
        assert client.state()[1] == 2 << 16 | PRESENT | MUTE | CHANGED

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
        assert other.state()[1] == PRESENT | INUSE | CHANGED
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


VERSION, ESTABLISH, CONNECT, TRANSMIT, CANCEL = 0x11, 0x01, 0x04, 0x09, 0x0D
STATES, WAIT, STOP, EVENTS, STATES_SIZE, STATES_ARRAY = 0x12, 0x13, 0x14, 0x15, 0x16, 0x17
RECORD = struct.Struct("=128sIIi33s3xII")


class RawClient:
    """Speaks the protocol byte by byte, for the versions that the installed library does not."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(path))

    def send(self, command: int, body: bytes = b"") -> None:
        self.socket.sendall(struct.pack("=II", len(body), command) + body)

    def receive(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            assert more, "the server hung up"
            data += more
        return data

    def ask(self, command: int, layout: str, *values: Any) -> tuple[Any, ...]:
        self.send(command, struct.pack("=" + layout, *values))
        return struct.unpack("=" + layout, self.receive(struct.calcsize("=" + layout)))

    def records(self) -> list[tuple[Any, ...]]:
        return list(RECORD.iter_unpack(self.receive(16 * RECORD.size)))

    def open(self, minor: int) -> int:
        assert self.ask(VERSION, "iiI", 4, minor, 0) == (4, minor, 0)
        _, context, code = self.ask(ESTABLISH, "III", 2, 0, 0)
        assert code == 0
        return int(context)

    def connect_card(self, context: int) -> int:
        answer = self.ask(CONNECT, "I128sIIiII", context, READER.encode(), SHARED, T0 | T1, 0, 0, 0)
        assert answer[-2:] == (T1, 0)
        return int(answer[4])

    def hung_up_on(self) -> bool:
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:  # it had not read everything we sent
            return True


@pytest.fixture
def raw(server: PcscServer) -> Iterator[RawClient]:
    client = RawClient(server.socket_path)
    yield client
    client.socket.close()


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
        assert states[0] == (READER.encode().ljust(128, b"\0"), 0, 0x34, 0, T0_T1_ATR.ljust(33, b"\0"), 5, 0)
        assert states[1][0] == OTHER_READER.encode().ljust(128, b"\0")
        assert states[2:] == [NO_READER] * 14
        slot.remove()
        assert raw.receive(8) == struct.pack("=II", 0, 0)
        raw.send(STATES)
        assert raw.records()[0] == (READER.encode().ljust(128, b"\0"), 1, 0x02, 0, bytes(33), 0, 0)

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
        assert raw.records()[0][1:3] == (1, 0x02)
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
        assert raw.records()[0][1] == 1

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
        assert client.state()[1] == 1 << 16 | EMPTY | CHANGED


class TestEndpoint:
    def test_is_private_and_removed_in_the_end(self, socket_path: Path, slot: Slot) -> None:
        server = PcscServer(socket_path, [(READER, slot)])
        assert not socket_path.exists()
        for _ in range(2):
            server.start()
            assert socket_path.stat().st_mode & 0o777 == 0o600
            assert socket_path.parent.stat().st_mode & 0o777 == 0o700
            RawClient(socket_path).open(6)
            server.stop()
            assert not socket_path.exists()

    def test_stopping_parts_from_the_clients_and_cuts_the_power(
        self, server: PcscServer, client: Client, card: TroublesomeCard
    ) -> None:
        handle = client.handle()
        assert server.clients == 1
        server.stop()
        assert server.clients == 0
        assert card.history == ["on", "off"]
        assert client.transmit(handle, SELECT)[0] == 0x8010001D

    def test_a_stale_socket_is_replaced(self, socket_path: Path, slot: Slot) -> None:
        script = (
            "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen();"
            "print(flush=True); input()"
        )
        socket_path.parent.mkdir(mode=0o700)
        with subprocess.Popen(
            [sys.executable, "-c", script, str(socket_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with pytest.raises(PcscSocketError, match="another server is already serving"):
                PcscServer(socket_path, {READER: slot}).start()
            process.kill()
        with PcscServer(socket_path, {READER: slot}):
            RawClient(socket_path).open(4)

    def test_a_live_server_is_left_alone(self, server: PcscServer, slot: Slot) -> None:
        rival = PcscServer(server.socket_path, {READER: slot})
        with pytest.raises(PcscSocketError, match=r"another server is already serving .* Stop it, or choose"):
            rival.start()
        rival.stop()
        RawClient(server.socket_path).open(4)

    def test_a_successors_socket_is_left_alone(self, socket_path: Path, slot: Slot) -> None:
        first = PcscServer(socket_path, {READER: slot})
        first.start()
        socket_path.unlink()
        with PcscServer(socket_path, {READER: slot}):
            first.stop()
            RawClient(socket_path).open(4)

    def test_a_file_in_the_way(self, socket_path: Path, slot: Slot) -> None:
        socket_path.parent.mkdir(mode=0o700)
        socket_path.write_text("precious")
        with pytest.raises(PcscSocketError, match="exists and is not a socket"):
            PcscServer(socket_path, {READER: slot}).start()
        assert socket_path.read_text() == "precious"

    def test_a_directory_open_to_others(self, socket_path: Path, slot: Slot) -> None:
        socket_path.parent.mkdir(mode=0o755)
        with pytest.raises(PcscSocketError, match=r"open to other users \(mode 0755\).*chmod 700"):
            PcscServer(socket_path, {READER: slot}).start()

    def test_a_path_too_long(self, tmp_path: Path, slot: Slot) -> None:
        path = tmp_path / ("x" * (108 - len(os.fsencode(tmp_path)) - 1))
        assert len(os.fsencode(path)) == 108
        with pytest.raises(PcscSocketError, match="has 108 bytes, and a Unix socket allows 107"):
            PcscServer(path, {READER: slot}).start()

    @pytest.mark.parametrize(
        ("names", "message"),
        [
            ([""], "cannot be used"),
            (["x" * 128], "cannot be used"),
            (["a\0b"], "cannot be used"),
            (["a", "a"], "same name"),
            ([f"Reader {number}" for number in range(17)], "at most 16 readers"),
        ],
    )
    def test_reader_names_no_client_could_use(self, socket_path: Path, names: list[str], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            PcscServer(socket_path, [(name, Slot()) for name in names])


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

"""The reader for vpcd, told by a socket that plays the driver's part on the wire."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from stuntcard.readers import vpcd
from stuntcard.readers.slot import Slot
from stuntcard.readers.vpcd import VpcdReader

from tests.unit.readers.echo_card import PATIENCE, T0_ATR, EchoCard

POWER_OFF = bytes.fromhex("0001 00")
POWER_ON = bytes.fromhex("0001 01")
RESET = bytes.fromhex("0001 02")
GET_ATR = bytes.fromhex("0001 04")

ATR = bytes.fromhex("3B8180018080")
ATR_ANSWER = bytes.fromhex("0006 3B8180018080")
OTHER_ATR_ANSWER = bytes.fromhex("0002 3B00")

SELECT = bytes.fromhex("0007 00A40000023F00")
SELECT_ANSWER = bytes.fromhex("0009 00A40000023F009000")
MUTING = bytes.fromhex("0004 00EE0000")


class Connection:
    """One card's connection, seen from vpcd."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.socket.settimeout(PATIENCE)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def expect(self, data: bytes) -> None:
        received = b""
        while len(received) < len(data):
            segment = self.socket.recv(len(data) - len(received))
            assert segment, f"closed after {received.hex()}"
            received += segment
        assert received == data

    def expect_end(self) -> None:
        assert self.socket.recv(1) == b""

    def close(self) -> None:
        self.socket.close()


class FakeVpcd:
    """vpcd's listening socket. Its port is taken from the start, but refuses until `listen`."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(PATIENCE)
        self.port: int = self.socket.getsockname()[1]
        self.place = f"vpcd on localhost port {self.port}"
        self.waiting = f"waiting for {self.place}: is pcscd running with vsmartcard-vpcd installed?"
        self.connected = f"connected to {self.place}"
        self.lost = f"{self.place} closed the connection; connecting again"
        self.empty = f"no card in the reader; {self.place} sees none"
        self.connections: list[Connection] = []

    def listen(self) -> None:
        self.socket.listen()

    def accept(self) -> Connection:
        connection = Connection(self.socket.accept()[0])
        self.connections.append(connection)
        return connection

    def accept_and_read_atr(self, answer: bytes = ATR_ANSWER) -> Connection:
        """A connection by which the ATR was asked for, and came."""
        connection = self.accept()
        connection.send(GET_ATR)
        connection.expect(answer)
        return connection

    def close(self) -> None:
        for connection in self.connections:
            connection.close()
        self.socket.close()


class Reports:
    """What the reader said, in order."""

    def __init__(self) -> None:
        self.queue: queue.Queue[str] = queue.Queue()

    def __call__(self, message: str) -> None:
        self.queue.put(message)

    def next(self) -> str:
        return self.queue.get(timeout=PATIENCE)

    def none_left(self) -> bool:
        return self.queue.empty()


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vpcd, "RETRY_INTERVAL", 0.02)
    monkeypatch.setattr(vpcd, "TIME_AWAY", 0.05)


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def silent_vpcd() -> Iterator[FakeVpcd]:
    """A vpcd that does not listen yet."""
    fake = FakeVpcd()
    yield fake
    fake.close()


@pytest.fixture
def fake_vpcd(silent_vpcd: FakeVpcd) -> FakeVpcd:
    silent_vpcd.listen()
    return silent_vpcd


@pytest.fixture
def reader(fake_vpcd: FakeVpcd) -> Iterator[VpcdReader]:
    """A reader with a card, which speaks to the vpcd that is there."""
    with VpcdReader(Slot(EchoCard(ATR)), port=fake_vpcd.port) as reader:
        yield reader


def test_power_and_reset_reach_the_card_and_are_not_answered(fake_vpcd: FakeVpcd) -> None:
    card = EchoCard(ATR)
    with VpcdReader(Slot(card), port=fake_vpcd.port):
        driver = fake_vpcd.accept()
        driver.send(POWER_ON + RESET + POWER_OFF + GET_ATR)
        driver.expect(ATR_ANSWER)
        assert [card.next_event() for _ in range(3)] == ["on", "reset", "off"]


@pytest.mark.parametrize(
    ("atr", "chosen"), [("3B80800101", 1), ("3B8180018080", 1), ("3B00", None), ("3B8090000111", None), ("3BFF", None)]
)
@pytest.mark.parametrize("start", [POWER_ON, RESET])
def test_a_card_that_offers_t1_speaks_it(fake_vpcd: FakeVpcd, start: bytes, atr: str, chosen: int | None) -> None:
    """pcscd takes T=1 where it can, and vpcd tells nobody."""
    card = EchoCard(bytes.fromhex(atr))
    with VpcdReader(Slot(card), port=fake_vpcd.port):
        driver = fake_vpcd.accept()
        driver.send(start + GET_ATR)
        driver.expect(len(card.atr).to_bytes(2) + card.atr)
        assert card.protocol == chosen


def test_command_is_answered_and_counted(fake_vpcd: FakeVpcd, reader: VpcdReader) -> None:
    driver = fake_vpcd.accept_and_read_atr()
    for _ in range(3):
        driver.send(SELECT)
        driver.expect(SELECT_ANSWER)
    assert reader.connected
    assert reader.commands == 3


@pytest.mark.usefixtures("reader")
def test_messages_may_arrive_in_pieces_or_together(fake_vpcd: FakeVpcd) -> None:
    driver = fake_vpcd.accept()
    driver.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for octet in GET_ATR + SELECT:
        driver.send(bytes([octet]))
    driver.expect(ATR_ANSWER + SELECT_ANSWER)
    driver.send(SELECT + GET_ATR + SELECT)
    driver.expect(SELECT_ANSWER + ATR_ANSWER + SELECT_ANSWER)


def test_single_byte_that_is_no_control_message_is_a_command(fake_vpcd: FakeVpcd) -> None:
    card = EchoCard(ATR)
    with VpcdReader(Slot(card), port=fake_vpcd.port):
        driver = fake_vpcd.accept()
        driver.send(bytes.fromhex("0001 03"))
        driver.expect(bytes.fromhex("0003 039000"))
        assert card.next_event() == "03"


@pytest.mark.usefixtures("reader")
def test_longest_message(fake_vpcd: FakeVpcd) -> None:
    driver = fake_vpcd.accept()
    command = bytes(65533)
    driver.send(bytes.fromhex("FFFD") + command)
    driver.expect(bytes.fromhex("FFFF") + command + bytes.fromhex("9000"))


def test_says_once_that_it_waits_and_connects_when_vpcd_comes(silent_vpcd: FakeVpcd, reports: Reports) -> None:
    with VpcdReader(Slot(EchoCard(ATR)), port=silent_vpcd.port, report=reports) as reader:
        assert reports.next() == silent_vpcd.waiting
        assert not reader.connected
        silent_vpcd.listen()
        for _ in range(3):
            silent_vpcd.accept().close()
        silent_vpcd.accept_and_read_atr()
        assert reports.next() == silent_vpcd.connected
        assert reports.none_left()


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_refuses_a_port_that_is_none(port: int) -> None:
    with pytest.raises(ValueError, match=f"^{port} is no TCP port: give one from 1 to 65535"):
        VpcdReader(Slot(), port=port)


def test_impossible_host_name_is_named(reports: Reports) -> None:
    with VpcdReader(Slot(EchoCard(ATR)), host="č..cz", port=1, report=reports):
        assert reports.next() == ("waiting for vpcd on č..cz port 1: no such host (not a valid name); check its name")


def test_comes_back_after_vpcd_went_away(fake_vpcd: FakeVpcd, reports: Reports) -> None:
    card = EchoCard(ATR)
    with VpcdReader(Slot(card), port=fake_vpcd.port, report=reports):
        for _ in range(2):
            driver = fake_vpcd.accept()
            driver.send(POWER_ON + SELECT)
            driver.expect(SELECT_ANSWER)
            assert [card.next_event(), card.next_event()] == ["on", "00a40000023f00"]
            assert reports.next() == fake_vpcd.connected
            driver.close()
            assert reports.next() == fake_vpcd.lost
            assert card.next_event() == "off"


def test_removal_ends_the_connection_and_insertion_brings_another_card(fake_vpcd: FakeVpcd, reports: Reports) -> None:
    slot = Slot(EchoCard(ATR))
    with VpcdReader(slot, port=fake_vpcd.port, report=reports) as reader:
        first = fake_vpcd.accept_and_read_atr()
        assert reports.next() == fake_vpcd.connected

        slot.remove()
        first.expect_end()
        assert reports.next() == fake_vpcd.empty
        assert not reader.connected

        slot.insert(EchoCard(T0_ATR))
        fake_vpcd.accept_and_read_atr(OTHER_ATR_ANSWER)
        assert reports.next() == fake_vpcd.connected


def test_an_unplugged_reader_ends_the_connection_until_it_is_plugged_in(fake_vpcd: FakeVpcd, reports: Reports) -> None:
    slot = Slot(EchoCard(ATR))
    with VpcdReader(slot, port=fake_vpcd.port, report=reports):
        first = fake_vpcd.accept_and_read_atr()
        assert reports.next() == fake_vpcd.connected

        slot.unplug()
        first.expect_end()
        assert reports.next() == f"the card's reader is unplugged; {fake_vpcd.place} sees none"

        slot.plug()
        fake_vpcd.accept_and_read_atr()


@pytest.mark.parametrize(
    ("act", "answer"),
    [(Slot.reset, ATR_ANSWER), (lambda slot: slot.insert(EchoCard(T0_ATR)), OTHER_ATR_ANSWER)],
    ids=["it starts anew by itself", "another takes its place"],
)
def test_a_card_is_taken_out_and_put_in_again_when(
    fake_vpcd: FakeVpcd, act: Callable[[Slot], object], answer: bytes
) -> None:
    slot = Slot(EchoCard(ATR))
    with VpcdReader(slot, port=fake_vpcd.port):
        first = fake_vpcd.accept_and_read_atr()
        act(slot)
        first.expect_end()
        fake_vpcd.accept_and_read_atr(answer)


def test_mute_card_is_taken_out_and_put_in_again(fake_vpcd: FakeVpcd, reports: Reports) -> None:
    card = EchoCard(ATR)
    with VpcdReader(Slot(card), port=fake_vpcd.port, report=reports):
        driver = fake_vpcd.accept()
        driver.send(MUTING)
        driver.expect_end()
        assert reports.next() == fake_vpcd.connected
        assert reports.next() == f"the card is mute; {fake_vpcd.place} sees it taken out and put in again"
        assert [card.next_event(), card.next_event()] == ["00ee0000", "off"]
        driver = fake_vpcd.accept()
        driver.send(SELECT)
        driver.expect(SELECT_ANSWER)
        assert reports.next() == fake_vpcd.connected


def test_card_without_atr_is_absent_until_it_has_one(fake_vpcd: FakeVpcd, reports: Reports) -> None:
    card = EchoCard(b"")
    with VpcdReader(Slot(card), port=fake_vpcd.port, report=reports):
        assert reports.next() == f"the card gives no answer to reset; {fake_vpcd.place} sees no card"
        card.atr = ATR
        driver = fake_vpcd.accept_and_read_atr()
        card.atr = b""
        driver.send(GET_ATR)
        driver.expect_end()


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(bytes.fromhex("0000 0000"), id="empty messages"),
        pytest.param(bytes.fromhex("FFFF 00A4"), id="long message cut short"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2p1\r\n", id="another service's greeting"),
        pytest.param(bytes.fromhex("00"), id="half a length"),
    ],
)
def test_survives_garbage(fake_vpcd: FakeVpcd, reader: VpcdReader, garbage: bytes) -> None:
    stranger = fake_vpcd.accept()
    stranger.send(garbage)
    stranger.close()
    fake_vpcd.accept_and_read_atr()
    assert reader.commands == 0


def test_says_when_nobody_speaks_to_the_card(
    fake_vpcd: FakeVpcd, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vpcd, "SILENCE_BEFORE_REPORT", 0.05)
    with VpcdReader(Slot(EchoCard(ATR)), port=fake_vpcd.port, report=reports) as reader:
        driver = fake_vpcd.accept()
        assert reports.next() == (
            f"{fake_vpcd.place} does not speak to the card: does another card lie in this reader, or is the "
            "host out of reach? Take that card out, or use the next port"
        )
        assert not reader.connected
        driver.send(GET_ATR)
        driver.expect(ATR_ANSWER)
        assert reports.next() == fake_vpcd.connected


def test_stop_while_nobody_listens(silent_vpcd: FakeVpcd, reports: Reports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vpcd, "RETRY_INTERVAL", 3600.0)
    reader = VpcdReader(Slot(EchoCard(ATR)), port=silent_vpcd.port, report=reports)
    reader.start()
    assert reports.next() == silent_vpcd.waiting
    reader.stop()
    assert_ended(silent_vpcd)


def test_stop_while_the_slot_is_empty(silent_vpcd: FakeVpcd, reports: Reports) -> None:
    reader = VpcdReader(Slot(), port=silent_vpcd.port, report=reports)
    reader.start()
    assert reports.next() == silent_vpcd.empty
    reader.stop()
    assert_ended(silent_vpcd)


def test_stop_while_nobody_speaks(fake_vpcd: FakeVpcd) -> None:
    reader = VpcdReader(Slot(EchoCard(ATR)), port=fake_vpcd.port)
    reader.start()
    driver = fake_vpcd.accept()
    reader.stop()
    driver.expect_end()
    assert_ended(fake_vpcd)


def test_stop_while_connected_says_nothing_and_cuts_the_power(fake_vpcd: FakeVpcd, reports: Reports) -> None:
    card = EchoCard(ATR)
    reader = VpcdReader(Slot(card), port=fake_vpcd.port, report=reports)
    reader.start()
    driver = fake_vpcd.accept_and_read_atr()
    assert reports.next() == fake_vpcd.connected
    reader.stop()
    reader.stop()
    driver.expect_end()
    assert card.next_event() == "off"
    assert not reader.connected
    assert reports.none_left()
    assert_ended(fake_vpcd)


def test_may_be_started_again(fake_vpcd: FakeVpcd) -> None:
    reader = VpcdReader(Slot(EchoCard(ATR)), port=fake_vpcd.port)
    for _ in range(2):
        with reader:
            fake_vpcd.accept_and_read_atr()


def assert_ended(fake: FakeVpcd) -> None:
    assert f"vpcd-{fake.port}" not in [thread.name for thread in threading.enumerate()]

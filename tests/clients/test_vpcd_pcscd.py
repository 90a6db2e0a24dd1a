"""A card seen through the real pcscd and vpcd, by pyscard and opensc-tool as unmodified clients."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from stuntcard.readers.slot import Slot
from stuntcard.readers.vpcd import VpcdReader

from tests.clients.asked_program import LineProgram
from tests.clients.private_pcscd import PrivatePcscd
from tests.programs import shown
from tests.unit.readers.echo_card import EchoCard

pytestmark = pytest.mark.pcscd

T1_ATR = bytes.fromhex("3B8180018080")
T0_ATR = bytes.fromhex("3B00")

# Each line on its standard input is a command, and is answered with one line. `removed` and `inserted` wait.
CLIENT = """
import sys
from smartcard.scard import *

def name(code):
    return {SCARD_S_SUCCESS: "ok", SCARD_W_REMOVED_CARD: "removed", SCARD_E_NO_SMARTCARD: "no card",
            SCARD_E_NOT_TRANSACTED: "not transacted"}.get(code, hex(code & 0xFFFFFFFF))

def wait_for(flag, reader):
    state = SCARD_STATE_UNAWARE
    while True:
        code, states = SCardGetStatusChange(context, 60000, [(reader, state)])
        if code != SCARD_S_SUCCESS:
            return name(code)
        state = states[0][1]
        if state & flag:
            return bytes(states[0][2]).hex() or "ok"

code, context = SCardEstablishContext(SCARD_SCOPE_USER)
code, readers = SCardListReaders(context, [])
reader = readers[0]
for line in sys.stdin:
    word, *data = line.split()
    if word == "reader":
        print(reader)
    elif word == "inserted":
        print(wait_for(SCARD_STATE_PRESENT, readers[int(data[0])] if data else reader))
    elif word == "removed":
        print(wait_for(SCARD_STATE_EMPTY, reader))
    elif word == "connect":
        code, card, protocol = SCardConnect(context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY)
        print(name(code), {SCARD_PROTOCOL_T0: "T=0", SCARD_PROTOCOL_T1: "T=1"}.get(protocol))
    elif word == "reset":
        code, protocol = SCardReconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_RESET_CARD)
        print(name(code))
    elif word == "transmit":
        pci = SCARD_PCI_T1 if protocol == SCARD_PROTOCOL_T1 else SCARD_PCI_T0
        code, answer = SCardTransmit(card, pci, list(bytes.fromhex(data[0])))
        print(name(code), bytes(answer).hex() if code == SCARD_S_SUCCESS else "")
    sys.stdout.flush()
"""


class Client(LineProgram):
    """A PC/SC program: libpcsclite keeps the pcscd that a process met first."""

    def __init__(self, daemon: PrivatePcscd) -> None:
        super().__init__("-c", CLIENT, socket=daemon.socket_path)

    def __call__(self, command: str) -> str:
        return self.ask_line(command)


@pytest.fixture
def daemon() -> Iterator[PrivatePcscd]:
    with PrivatePcscd() as running:
        yield running


@pytest.mark.parametrize(("atr", "protocol"), [(T1_ATR, "T=1"), (T0_ATR, "T=0")])
def test_client_reads_the_atr_and_exchanges_commands(daemon: PrivatePcscd, atr: bytes, protocol: str) -> None:
    with VpcdReader(Slot(EchoCard(atr, echo_from=5)), port=daemon.port) as reader, Client(daemon) as client:
        assert client("reader") == "Stuntcard 00 00"
        assert client("inserted") == atr.hex()
        assert client("connect") == f"ok {protocol}"
        assert client("transmit 0001000000") == "ok 9000"
        assert client("transmit 0001000003414243") == "ok 4142439000"
        assert reader.connected
        assert reader.commands == 2


def test_reset_reaches_the_card(daemon: PrivatePcscd) -> None:
    card = EchoCard(T1_ATR, echo_from=5)
    with VpcdReader(Slot(card), port=daemon.port), Client(daemon) as client:
        client("inserted")
        client("connect")
        assert card.history == ["on"]
        assert client("reset") == "ok"
        assert card.history == ["on", "reset"]


def test_client_sees_removal_and_insertion(daemon: PrivatePcscd) -> None:
    slot = Slot(EchoCard(T1_ATR, echo_from=5))
    with VpcdReader(slot, port=daemon.port), Client(daemon) as client:
        assert client("inserted") == T1_ATR.hex()
        client("connect")
        client.tell("removed")
        slot.remove()
        assert client.answer() == "ok"
        assert client("transmit 0001000000") == "removed"
        slot.insert(EchoCard(T0_ATR, echo_from=5))
        assert client("inserted") == T0_ATR.hex()
        assert client("connect") == "ok T=0"


def test_exchanged_card_is_never_mistaken_for_the_old_one(daemon: PrivatePcscd) -> None:
    slot = Slot(EchoCard(T1_ATR, echo_from=5))
    with VpcdReader(slot, port=daemon.port), Client(daemon) as client:
        client("inserted")
        client("connect")
        slot.insert(EchoCard(T0_ATR, echo_from=5))
        assert client("transmit 0001000000") in ("not transacted", "ok", "removed")
        assert client("removed") == "ok"
        assert client("inserted") == T0_ATR.hex()
        assert client("transmit 0001000000") == "removed"


def test_mute_card_is_lost_to_the_client_and_comes_back(daemon: PrivatePcscd) -> None:
    with VpcdReader(Slot(EchoCard(T1_ATR, echo_from=5)), port=daemon.port), Client(daemon) as client:
        client("inserted")
        client("connect")
        assert client("transmit 00EE000000") == "ok"  # with no answer, not even a status word
        assert client("removed") == "ok"
        assert client("transmit 0001000000") == "removed"
        assert client("inserted") == T1_ATR.hex()
        assert client("reset") == "ok"
        assert client("transmit 0001000000") == "ok 9000"


def test_reader_is_back_after_pcscd_was_killed_and_started_again() -> None:
    with PrivatePcscd() as daemon, VpcdReader(Slot(EchoCard(T1_ATR, echo_from=5)), port=daemon.port) as reader:
        with Client(daemon) as client:
            assert client("inserted") == T1_ATR.hex()
        daemon.kill()
        daemon.start()
        with Client(daemon) as client:
            assert client("inserted") == T1_ATR.hex()
            client("connect")
            assert client("transmit 0001000000") == "ok 9000"
        assert reader.commands == 1


def test_two_cards_in_the_two_readers_of_vpcd(daemon: PrivatePcscd) -> None:
    with (
        VpcdReader(Slot(EchoCard(T1_ATR, echo_from=5)), port=daemon.port),
        VpcdReader(Slot(EchoCard(T0_ATR, echo_from=5)), port=daemon.port + 1),
        Client(daemon) as client,
    ):
        client("inserted 0")
        client("inserted 1")
        assert _opensc_tool(daemon, "-r", "0", "-a").strip() == "3b:81:80:01:80:80"
        assert _opensc_tool(daemon, "-r", "1", "-a").strip() == "3b:00"


def test_opensc_tool_sends_a_command(daemon: PrivatePcscd) -> None:
    with VpcdReader(Slot(EchoCard(T1_ATR, echo_from=5)), port=daemon.port), Client(daemon) as client:
        client("inserted")
        told = _opensc_tool(daemon, "-r", "0", "-c", "default", "-s", "00010000020A0B02")
        assert "Received (SW1=0x90, SW2=0x00):" in told
        assert "0A 0B" in told


def test_stopped_pcscd_leaves_no_process_and_no_directory() -> None:
    with PrivatePcscd() as daemon:
        pid, place = daemon.pid, daemon.socket_path.parent
        os.kill(pid, 0)
    assert not place.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)


def _opensc_tool(daemon: PrivatePcscd, *arguments: str) -> str:
    return shown("opensc-tool", *arguments, env=daemon.env)

"""The own PC/SC reader laid beside a real pcscd with vpcd: the same programs, the same cards, the same calls.

Three errors of pcscd (1.9.9 to 2.5.1) and vpcd are not imitated, and histories go around them:

- A holder that goes from exclusive to shared keeps all others out, as if it had a transaction open.
- A holder whose card is taken out while it holds that exclusively can't end its next transaction.
- vpcd brings a command to a card that has no power.

Which attributes there are is a driver's own: vpcd 3.3 does not even know the ATR, so only refusals are compared.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.profile.load import load_profile
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.pcsc.messages import Code
from stuntcard.readers.slot import Slot
from stuntcard.readers.vpcd import VpcdReader

from tests.clients.private_pcscd import PrivatePcscd
from tests.unit.readers.echo_card import T0_T1_ATR, EchoCard
from tests.unit.readers.pcsc.every_call import SITUATIONS, every_call_in, every_call_without_the_card
from tests.unit.readers.pcsc.histories import COMMAND, OwnSystem, Stage, WireProgram, take_a_step
from tests.unit.readers.pcsc.pcsc_model import (
    DIRECT,
    EXCLUSIVE,
    LEAVE,
    RESET,
    SHARED,
    T0,
    T1,
    UNKNOWN_ATTRIBUTE,
    UNPOWER,
    Handle,
)

pytestmark = pytest.mark.pcscd

PATIENCE = 60.0
GRACE = 1.3
"""Seconds after which vpcd's unused cards have no power: pcscd looks every 0.4 s, and acts the second time."""

HISTORIES, STEPS = 4, 40
CALLS = 200
"""So many different calls there are in each situation."""


class PcscdSystem:
    """A real pcscd with vpcd."""

    readers = ("Stuntcard 00 00", "Stuntcard 00 01")

    def __init__(self, daemon: PrivatePcscd) -> None:
        self._daemon = daemon
        self.cards = [EchoCard(T0_T1_ATR) for _ in self.readers]
        self.slots = [Slot(card) for card in self.cards]

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """With both cards in, and at rest."""
        with (
            VpcdReader(self.slots[0], port=self._daemon.port),
            VpcdReader(self.slots[1], port=self._daemon.port + 1),
            contextlib.closing(WireProgram(self._daemon.socket_path).socket),
        ):
            self._observer = WireProgram(self._daemon.socket_path)
            self.settle(lambda: all(there for _, _, _, there, _ in self._observer.states()))
            self.rest()
            yield
            self._observer.socket.close()

    def program(self) -> WireProgram:
        return WireProgram(self._daemon.socket_path)

    def remove(self, reader: int) -> None:
        self.slots[reader].remove()
        self.settle(lambda: not self._observer.states()[reader][3])

    def insert(self, reader: int) -> None:
        self.slots[reader].insert(self.cards[reader])
        self.settle(lambda: self._observer.states()[reader][3])
        self.rest()

    def rest(self) -> None:
        time.sleep(GRACE)

    def settle(self, agrees: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not agrees():
            assert time.monotonic() < end
            time.sleep(0.02)


class StageBesidePcscd(Stage):
    """Goes around what pcscd and vpcd do wrong."""

    def reconnect(self, handle: Handle, share: int, protocols: int, initialization: int) -> None:
        at = handle.reader
        if at.exclusive is not handle or share == EXCLUSIVE or at.in_transaction is handle:
            super().reconnect(handle, share, protocols, initialization)

    def remove(self, reader: int) -> None:
        if not self.model.readers[reader].exclusive:
            self.rest()  # it takes pcscd a while to notice, in which the other card may lose its power
            super().remove(reader)

    def insert(self, reader: int) -> None:
        self.rest()
        super().insert(reader)

    def transmit(self, handle: Handle, protocol: int) -> None:
        if handle.reader.powered or not handle.reader.card:
            super().transmit(handle, protocol)

    def attribute(self, handle: Handle, identifier: int) -> None:
        super().attribute(handle, identifier if self.model.status(handle) else UNKNOWN_ATTRIBUTE)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[StageBesidePcscd]:
    own = OwnSystem(tmp_path / "private" / "pcsc")
    with PrivatePcscd() as daemon, own.server:
        pcscd = PcscdSystem(daemon)
        with pcscd.running():
            stage = StageBesidePcscd(own, pcscd)
            yield stage
            stage.close()


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_any_calls_in_any_order(stage: StageBesidePcscd, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(STEPS):
        take_a_step(stage, chance)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_call_in_every_situation(stage: StageBesidePcscd, situation: str) -> None:
    assert every_call_in(stage, SITUATIONS[situation]) == CALLS


def test_every_call_while_the_card_is_out(stage: StageBesidePcscd) -> None:
    stage.remove(0)
    assert every_call_without_the_card(stage) == CALLS


@pytest.mark.parametrize("disposition", [LEAVE, RESET, UNPOWER])
def test_an_unused_card_loses_its_power_and_the_protocol_then(stage: StageBesidePcscd, disposition: int) -> None:
    stage.connect(0, 0, SHARED, T1)
    stage.disconnect(stage.model.handles[0], disposition)
    stage.rest()
    stage.connect(1, 0, SHARED, T0)
    assert stage.said[-1].endswith(": 0x0")


def test_until_then_the_protocol_holds_though_nobody_is_connected(stage: StageBesidePcscd) -> None:
    stage.connect(0, 0, SHARED, T1)
    stage.disconnect(stage.model.handles[0], LEAVE)
    stage.connect(1, 0, SHARED, T0)
    assert stage.said[-1].endswith(": 0x8010000f")


def test_an_unpowered_card_that_somebody_holds_as_it_is(stage: StageBesidePcscd) -> None:
    stage.connect(0, 0, SHARED, T0 | T1)
    stage.connect(1, 0, SHARED, T0 | T1)
    first, second = stage.model.handles
    stage.disconnect(first, UNPOWER)
    stage.status(second)
    stage.reconnect(second, SHARED, T0 | T1, LEAVE)
    stage.connect(2, 0, SHARED, T0 | T1)
    assert stage.said[-1].endswith("0x80100067")
    stage.reconnect(second, SHARED, T0 | T1, RESET)
    stage.connect(2, 0, SHARED, T0 | T1)
    assert stage.said[-1].endswith("0x0")


def test_what_another_reset_is_acknowledged_one_by_one(stage: StageBesidePcscd) -> None:
    stage.connect(0, 0, SHARED, T0 | T1)
    stage.connect(1, 0, SHARED, T0 | T1)
    stage.connect(2, 0, DIRECT, 0)
    first, second, third = stage.model.handles
    stage.reconnect(first, SHARED, T0, RESET)
    stage.attribute(second, UNKNOWN_ATTRIBUTE)
    stage.reconnect(second, SHARED, T0 | T1, LEAVE)
    for handle in (first, second, third):
        stage.attribute(handle, UNKNOWN_ATTRIBUTE)
        stage.transmit(handle, T0)


@pytest.mark.parametrize(
    ("size", "code"), [(0xFFFF, 0), (0x10000, 0x80100016), (65544, 0x80100016), (65545, 0x80100016)]
)
def test_commands_as_long_as_may_be(stage: StageBesidePcscd, size: int, code: int) -> None:
    command = COMMAND.ljust(size, b"\1")
    for system in stage.systems:
        system.cards[0].echo_from = 5  # or there would be no room for the status word
        program = system.program()
        _, _, number = program.connect(system.readers[0], SHARED, T1)
        assert program.transmit(number, T1, command) == (code, b"" if code else command[5:] + b"\x90\x00")
        program.socket.close()


@pytest.mark.parametrize("disposition", [LEAVE, RESET, UNPOWER])
def test_what_waits_for_the_end_of_a_transaction(stage: StageBesidePcscd, disposition: int) -> None:
    for system in stage.systems:
        holder, joining, leaving = system.program(), system.program(), system.program()
        _, _, held = holder.connect(system.readers[0], SHARED, T1)
        _, _, left = leaving.connect(system.readers[0], SHARED, T1)
        assert holder.begin(held) == 0
        with ThreadPoolExecutor() as pool:
            connected = pool.submit(joining.connect, system.readers[0], SHARED, T1)
            disconnected = pool.submit(leaving.disconnect, left, disposition)
            time.sleep(0.5)
            assert (connected.done(), disconnected.done()) == (False, disposition == LEAVE)
            assert holder.transmit(held, T1) == (0, COMMAND + b"\x90\x00")
            assert holder.end(held, LEAVE) == 0
            assert disconnected.result() == 0
            assert connected.result()[:2] == (0, T1)
        assert holder.status(held) in ((0,) if disposition == LEAVE else (Code.RESET_CARD,))
        for program in (holder, joining, leaving):
            program.socket.close()


def test_a_real_card_of_both_protocols_speaks_the_one_chosen(tmp_path: Path) -> None:
    """vpcd can't tell a card, which so speaks T=1 there, whatever was chosen; pcscd chooses T=1 of its own."""
    profile = load_profile("proid-q")
    atr = profile.atr.model_copy(update={"value": T0_T1_ATR.hex().upper()})
    own, behind_vpcd = (Card(profile.model_copy(update={"atr": atr}), APPLETS) for _ in range(2))
    select = bytes.fromhex("00A40000023F00")  # no Le: on T=1 no data is expected (ISO 7816-3, 12.1.2)
    with (
        PcscServer(tmp_path / "private" / "pcsc", {"Stuntcard 00 00": Slot(own)}) as server,
        PrivatePcscd() as daemon,
        VpcdReader(Slot(behind_vpcd), port=daemon.port),
    ):
        daemon.await_card()
        for path in (server.socket_path, daemon.socket_path):
            program = WireProgram(path)
            code, protocol, handle = program.connect("Stuntcard 00 00", SHARED, T0 | T1)
            assert (code, protocol) == (0, T1)
            assert program.transmit(handle, T1, select) == (0, bytes.fromhex("9000"))
            program.socket.close()
        program = WireProgram(server.socket_path)
        assert program.connect("Stuntcard 00 00", SHARED, T0)[0] == Code.PROTO_MISMATCH
        _, _, handle = program.connect("Stuntcard 00 00", SHARED, T1)
        assert program.reconnect(handle, SHARED, T0, RESET) == (0, T0)
        assert program.transmit(handle, T0, select)[1][:1] == b"\x61"
        program.socket.close()

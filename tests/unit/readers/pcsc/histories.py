"""Histories of programs that share readers: each call is put to the model and to real systems, which must agree.

The programs speak the wire of pcsc-lite themselves, one socket each, so that a refusal that the library would repeat
without end is an answer like any other.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.slot import Slot

from tests.unit.readers.echo_card import T0_T1_ATR, EchoCard
from tests.unit.readers.pcsc.clients import RawClient
from tests.unit.readers.pcsc.pcsc_model import (
    ANY_OLD,
    ATR_ATTRIBUTE,
    DIRECT,
    EXCLUSIVE,
    LEAVE,
    RAW,
    SHARED,
    T0,
    T1,
    UNKNOWN_ATTRIBUTE,
    Handle,
    Model,
)

CLIENTS = 3
COMMAND = bytes.fromhex("80CA000000")
_CONTROL_UNKNOWN = 0x42001234
_STATES, _RECONNECT, _DISCONNECT, _BEGIN, _END = 0x12, 0x05, 0x06, 0x07, 0x08
_CONNECT, _TRANSMIT, _CONTROL, _STATUS, _GET_ATTRIBUTE, _SET_ATTRIBUTE = 0x04, 0x09, 0x0A, 0x0B, 0x0F, 0x10


class WireProgram(RawClient):
    """One program, with one context."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.context = self.open(4)

    def connect(self, reader: str, share: int, protocols: int) -> tuple[int, int, int]:
        """Gives code, active protocol and handle."""
        *_, handle, protocol, code = self.ask(
            _CONNECT, "I128sIIiII", self.context, reader.encode(), share, protocols, 0, 0, 0
        )
        return code, protocol, handle

    def reconnect(self, handle: int, share: int, protocols: int, initialization: int) -> tuple[int, int]:
        """Gives code and active protocol."""
        *_, protocol, code = self.ask(_RECONNECT, "iIIIII", handle, share, protocols, initialization, 0, 0)
        return code, protocol

    def begin(self, handle: int) -> int:
        return int(self.ask(_BEGIN, "iI", handle, 0)[-1])

    def end(self, handle: int, disposition: int) -> int:
        return int(self.ask(_END, "iII", handle, disposition, 0)[-1])

    def disconnect(self, handle: int, disposition: int) -> int:
        return int(self.ask(_DISCONNECT, "iII", handle, disposition, 0)[-1])

    def status(self, handle: int) -> int:
        return int(self.ask(_STATUS, "iI", handle, 0)[-1])

    def transmit(self, handle: int, protocol: int, command: bytes = COMMAND) -> tuple[int, bytes]:
        """Gives code and answer."""
        layout = "=iIIIIIII"
        head = struct.pack(layout, handle, protocol, 8, len(command), 0, 8, 65548, 0)
        self.socket.sendall(struct.pack("=II", len(head), _TRANSMIT) + head + command)
        *_, length, code = struct.unpack(layout, self.receive(len(head)))
        return code, b"" if code else self.receive(length)

    def attribute(self, handle: int, identifier: int) -> tuple[int, bytes]:
        """Gives code and value."""
        _, _, value, length, code = self.ask(_GET_ATTRIBUTE, "iI264sII", handle, identifier, b"", 264, 0)
        return code, b"" if code else value[:length]

    def set_attribute(self, handle: int, identifier: int) -> int:
        return int(self.ask(_SET_ATTRIBUTE, "iI264sII", handle, identifier, b"1", 1, 0)[-1])

    def control(self, handle: int, number: int, data: bytes = b"") -> tuple[int, bytes]:
        """Gives code and answer."""
        layout = "=iIIIII"
        head = struct.pack(layout, handle, number, len(data), 264, 0, 0)
        self.socket.sendall(struct.pack("=II", len(head), _CONTROL) + head + data)
        *_, length, code = struct.unpack(layout, self.receive(len(head)))
        return code, b"" if code else self.receive(length)

    def states(self) -> list[tuple[int, int, int, bool, int]]:
        """Of each reader: event counter, flags, sharing, whether there is an ATR, protocol."""
        self.send(_STATES)
        return [(events, flags, sharing, size > 0, protocol)
                for _, events, flags, sharing, _, size, protocol in self.records()[: Model.READERS]]  # fmt: skip


class System(Protocol):
    """Two readers with a card each, of which every program sees two names."""

    @property
    def readers(self) -> Sequence[str]:
        """Their names."""

    @property
    def cards(self) -> Sequence[EchoCard]:
        """What lies in them, or will again."""

    def program(self) -> WireProgram:
        """A new program."""

    def remove(self, reader: int) -> None:
        """Take a card out, and wait until programs can see it."""

    def insert(self, reader: int) -> None:
        """Put it in, likewise."""

    def rest(self) -> None:
        """Let so much time pass that an unused card has no power any more."""

    def settle(self, agrees: Callable[[], bool]) -> None:
        """Wait until it agrees, because a program that died is not mourned at once."""


class OwnSystem:
    """This project's reader, whose clock stands still but for `rest`."""

    readers = ("Stuntcard 00 00", "Stuntcard 01 00")

    def __init__(self, path: Path) -> None:
        self.cards = [EchoCard(T0_T1_ATR) for _ in self.readers]
        self.slots = [Slot(card) for card in self.cards]
        self._later: list[Callable[[], None]] = []
        self.server = PcscServer(
            path, dict(zip(self.readers, self.slots, strict=True)), later=lambda _, act: self._later.append(act)
        )

    def program(self) -> WireProgram:
        return WireProgram(self.server.socket_path)

    def remove(self, reader: int) -> None:
        self.slots[reader].remove()

    def insert(self, reader: int) -> None:
        self.slots[reader].insert(self.cards[reader])

    def rest(self) -> None:
        while self._later:
            self._later.pop(0)()

    def settle(self, agrees: Callable[[], bool]) -> None:
        while not agrees():
            pass


class Stage:
    """Puts calls to the model and to systems, and asserts that all of them answer alike."""

    def __init__(self, *systems: System) -> None:
        self.model = Model()
        self.said: list[str] = []
        """The history so far, to be read when they disagree."""
        self.systems = systems
        self._programs = [[system.program() for _ in range(CLIENTS)] for system in systems]
        self._numbers: list[dict[Handle, int]] = [{} for _ in systems]
        self._observers = [system.program() for system in systems]

    def close(self) -> None:
        """All programs go, and are gone."""
        for programs, observer in zip(self._programs, self._observers, strict=True):
            for program in (*programs, observer):
                program.socket.close()

    def connect(self, client: int, reader: int, share: int, protocols: int) -> None:
        if len(self.model.handles) >= 2 * CLIENTS or self.model.connect_waits(reader, share, protocols):
            return
        code, protocol = self.model.connect(client, reader, share, protocols)
        self.said.append(f"{client} connects to {reader}: {share}, {protocols:#x}: {code:#x}")
        for programs, system, numbers in zip(self._programs, self.systems, self._numbers, strict=True):
            got, got_protocol, number = programs[client].connect(system.readers[reader], share, protocols)
            self._agree(got, code)
            if not code:
                self._agree(got_protocol, protocol)
                numbers[self.model.handles[-1]] = number
        self._look()

    def reconnect(self, handle: Handle, share: int, protocols: int, initialization: int) -> None:
        code, protocol = self.model.reconnect(handle, share, protocols, initialization)
        self._tell(handle, f"reconnects: {share}, {protocols:#x}, {initialization}: {code:#x}")
        for program, number in self._ends(handle):
            got, got_protocol = program.reconnect(number, share, protocols, initialization)
            self._agree(got, code)
            if not code:
                self._agree(got_protocol, protocol)
        self._look()

    def begin(self, handle: Handle) -> None:
        code = self.model.begin(handle)
        self._tell(handle, f"begins: {code:#x}")
        for program, number in self._ends(handle):
            self._agree(program.begin(number), code)
        self._look()

    def end(self, handle: Handle, disposition: int) -> None:
        code = self.model.end(handle, disposition)
        self._tell(handle, f"ends: {disposition}: {code:#x}")
        for program, number in self._ends(handle):
            self._agree(program.end(number, disposition), code)
        self._look()

    def disconnect(self, handle: Handle, disposition: int) -> None:
        if self.model.disconnect_waits(handle, disposition):
            return
        self._tell(handle, f"disconnects: {disposition}")
        ends = self._ends(handle)
        code = self.model.disconnect(handle, disposition)
        for program, number in ends:
            self._agree(program.disconnect(number, disposition), code)
        self._look()

    def status(self, handle: Handle) -> None:
        for program, number in self._ends(handle):
            self._agree(program.status(number), self.model.status(handle))

    def transmit(self, handle: Handle, protocol: int) -> None:
        code = self.model.transmit(handle, protocol)
        self._tell(handle, f"transmits: {protocol:#x}: {code:#x}")
        for program, number in self._ends(handle):
            answer = b"" if code else COMMAND + b"\x90\x00"
            self._agree(program.transmit(number, protocol), (code, answer))

    def attribute(self, handle: Handle, identifier: int) -> None:
        code = self.model.attribute(handle, identifier)
        for program, number in self._ends(handle):
            self._agree(program.attribute(number, identifier), (code, b"" if code else T0_T1_ATR))

    def set_attribute(self, handle: Handle) -> None:
        for program, number in self._ends(handle):
            self._agree(program.set_attribute(number, ATR_ATTRIBUTE), self.model.set_attribute(handle))

    def control(self, handle: Handle) -> None:
        code = self.model.control(handle)
        for program, number in self._ends(handle):
            self._agree(program.control(number, _CONTROL_UNKNOWN), (code, b""))

    def dies(self, client: int) -> None:
        self.said.append(f"{client} dies")
        self.model.dies(client)
        for programs, system, observer in zip(self._programs, self.systems, self._observers, strict=True):
            programs[client].socket.close()
            system.settle(lambda observer=observer: observer.states() == self._expected())  # type: ignore[misc]
            programs[client] = system.program()
        self._look()

    def remove(self, reader: int) -> None:
        if self.model.readers[reader].card:
            self.said.append(f"card {reader} is taken out")
            self.model.remove(reader)
            for system in self.systems:
                system.remove(reader)
            self._look()

    def insert(self, reader: int) -> None:
        if not self.model.readers[reader].card:
            self.said.append(f"card {reader} is put in")
            self.model.insert(reader)
            for system in self.systems:
                system.insert(reader)
            self._look()

    def rest(self) -> None:
        self.said.append("a rest")
        self.model.rest()
        for system in self.systems:
            system.rest()
        self._look()

    def _tell(self, handle: Handle, what: str) -> None:
        who = self.model.handles.index(handle) if handle in self.model.handles else "gone"
        self.said.append(f"{handle.client} (handle {who}, reader {self.model.readers.index(handle.reader)}) {what}")

    def _ends(self, handle: Handle) -> list[tuple[WireProgram, int]]:
        return [
            (programs[handle.client], numbers[handle])
            for programs, numbers in zip(self._programs, self._numbers, strict=True)
        ]

    def _expected(self) -> list[tuple[int, int, int, bool, int]]:
        return [reader.state for reader in self.model.readers]

    def _look(self) -> None:
        for observer in self._observers:
            self._agree(observer.states(), self._expected())

    def _agree(self, got: object, expected: object) -> None:
        assert got == expected, "\n".join([f"got {got}, expected {expected}, after:", *self.said])


SHARES = (SHARED, SHARED, SHARED, EXCLUSIVE, DIRECT, 4)
PROTOCOLS = (T0 | T1, T0 | T1, T0, T1, RAW, ANY_OLD, 0)
DISPOSITIONS = (LEAVE, LEAVE, 1, 2, 3, 4)


def take_a_step(stage: Stage, chance: random.Random) -> None:
    """One call at random."""
    handles = stage.model.handles
    kind = chance.randrange(20)
    if kind == 0:
        chance.choice((stage.remove, stage.insert, stage.insert))(chance.randrange(Model.READERS))
    elif kind == 1:
        chance.choice((stage.dies, lambda _: stage.rest()))(chance.randrange(CLIENTS))
    elif kind < 6 or not handles:
        share, protocols = chance.choice(SHARES), chance.choice(PROTOCOLS)
        stage.connect(chance.randrange(CLIENTS), chance.randrange(Model.READERS), share, protocols)
    else:
        _use(stage, chance, chance.choice(handles), kind)


def _use(stage: Stage, chance: random.Random, handle: Handle, kind: int) -> None:
    disposition = chance.choice(DISPOSITIONS)
    if kind < 10:
        stage.reconnect(handle, chance.choice(SHARES), chance.choice(PROTOCOLS), disposition)
    elif kind < 12:
        if handle.news or not handle.reader.is_closed_to(handle):  # else the refusal takes a tenth of a second
            stage.begin(handle)
    elif kind < 14:
        stage.end(handle, disposition)
    elif kind < 15:
        stage.disconnect(handle, disposition)
    elif kind < 18:
        stage.transmit(handle, chance.choice((T0, T1, RAW, ANY_OLD, handle.reader.protocol)))
    else:
        stage.status(handle)
        stage.attribute(handle, chance.choice((ATR_ATTRIBUTE, UNKNOWN_ATTRIBUTE)))
        stage.set_attribute(handle)
        stage.control(handle)

"""Clients of the PC/SC reader: a program linked with the real libpcsclite, and one that speaks byte by byte."""

from __future__ import annotations

import ast
import os
import queue
import signal
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from stuntcard.readers.pcsc.messages import Code
from stuntcard.readers.slot import Slot

from tests.unit.readers.echo_card import T0_T1_ATR, EchoCard

# A failed expectation in a server thread must fail the test, too.
THREADS_MAY_NOT_FAIL = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

READER = "Stuntcard 00 00"
OTHER_READER = "Stuntcard 01 00"


LEAVE, RESET, UNPOWER, EJECT = range(4)
EXCLUSIVE, SHARED, DIRECT = 1, 2, 3
T0, T1, RAW = 1, 2, 4

SLOW = bytes.fromhex("80FF000000")
TEAR_OUT = bytes.fromhex("80FE000000")
SELECT = bytes.fromhex("00A4000C00")

PRESENT, EMPTY, CHANGED, INUSE, EXCLUSIVELY, MUTE = 0x20, 0x10, 0x02, 0x100, 0x80, 0x200
UNKNOWN, UNAVAILABLE = 0x04, 0x08
FOREVER = 0xFFFFFFFF


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
        """Whether the call is still under way after a moment; if not, its answer can be had still."""
        try:
            answer = self._lane(lane).get(timeout=0.3)
        except queue.Empty:
            return True
        self._lane(lane).put(answer)
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

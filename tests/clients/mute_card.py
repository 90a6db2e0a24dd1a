"""A card behind vpcd that can be mute at power-on, which vpcd's wire has no word for.

It is there, and answers vpcd's looks for it with its ATR; but when the ATR is asked for after power-on or a reset, its
connection breaks, for which the driver reports that the card did not answer. Another connection waits by then, so that
nobody takes the card for removed.
"""

from __future__ import annotations

import socket
import threading

from tests.unit.readers.echo_card import EchoCard

_POWER_OFF, _POWER_ON, _RESET, _ATR = (bytes([number]) for number in (0, 1, 2, 4))
_PATIENCE = 60.0


class MuteBehindVpcd:
    """Brings an EchoCard, mute or not, to a vpcd, until the block ends."""

    def __init__(self, card: EchoCard, port: int) -> None:
        self._card = card
        self._port = port
        self._ended = False
        self._waiting: list[socket.socket] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> MuteBehindVpcd:
        self._waiting = [self._connected(), self._connected()]
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        for connection in self._waiting:
            connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for connection in self._waiting:
            connection.close()

    def _connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), _PATIENCE)

    def _run(self) -> None:
        while not self._ended:
            connection = self._waiting[0]
            connection.settimeout(None)
            self._serve(connection)
            if not self._ended:
                connection.close()  # vpcd's queue has one place, which is free again once vpcd has noticed
                self._waiting = [self._waiting[1], self._connected()]

    def _serve(self, connection: socket.socket) -> None:
        started = False
        while message := _received(connection):
            if message in (_POWER_ON, _RESET):
                self._card.power_on()
                started = True
                continue
            if message == _POWER_OFF:
                self._card.power_off()
                continue
            if message == _ATR and started and self._card.mute:
                return
            started = started and message != _ATR
            answer = self._card.atr if message == _ATR else self._card.transmit(message)
            connection.sendall(len(answer).to_bytes(2) + answer)


def _received(connection: socket.socket) -> bytes:
    """The next message; nothing once the connection has ended."""
    try:
        length = connection.recv(2, socket.MSG_WAITALL)
        return connection.recv(int.from_bytes(length), socket.MSG_WAITALL) if length else b""
    except OSError:
        return b""

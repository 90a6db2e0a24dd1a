"""The way in through vpcd, the virtual reader of the vsmartcard project.

vpcd is a driver that pcscd (or Windows) loads. It listens on TCP port 35963 for the first reader and 35964
for the second, and the card connects to it. Both ways a message is a length (two bytes, big-endian) and that
many bytes:

    00 power off     01 power on     02 reset     (no answer)
    04 send the ATR                               answered with the ATR
    anything else: a command APDU                 answered with the response APDU

What this wire cannot say, and what is done about it (vsmartcard 3.3, `vpcd.c`, `ifd-vpcd.c`):

- A one-byte APDU looks like a control message, and 00, 01, 02 and 04 are taken as such. vpcd has no further
  control messages and waits without limit for the answer to everything else, so any other single byte goes
  to the card.
- A card cannot stay silent. vpcd waits for an answer without limit and holds the whole reader meanwhile; a
  length of zero keeps it waiting just the same, because reading no bytes blocks on Linux. So a mute card
  ends the connection: the client gets an empty answer, then sees the card taken out and put in again.
- A card is there while it is connected. vpcd asks for the ATR again and again (pcscd every 400 ms, Windows
  every second) and takes a broken connection for a removed card, but only if no new connection waits by
  then; else a client would go on with a changed or powered-off card unawares. So the card stays away for a
  little more than a second.
- Nor can a protocol be chosen: vpcd takes what pcscd wants for granted and tells the card nothing. pcscd wants T=1 of
  a card that offers it, unless the client wants T=0 alone. So such a card speaks T=1 from the start.
- A card without an ATR cannot be there at all, and is shown as absent.
- A second card on the same port waits in the operating system's queue, and vpcd does not speak to it.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from enum import IntEnum
from types import TracebackType

from stuntcard.iso7816.atr import AtrError, parse_atr
from stuntcard.readers.busy_wait import Attention
from stuntcard.readers.slot import CardInterface, Slot

DEFAULT_PORT = 35963
LONGEST_MESSAGE = 0xFFFF

CONNECT_TIMEOUT = 2.0
RETRY_INTERVAL = 0.5
SILENCE_BEFORE_REPORT = 3.0
TIME_AWAY = 1.2
KEEP_ALIVE = 10
T1 = 1

# Linux only. vpcd 3.3 writes length and payload apart, and the payload waits (Nagle) until we acknowledge the
# length, which the kernel would delay by 40 ms.
_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class Control(IntEnum):
    """The one-byte messages of vpcd."""

    POWER_OFF = 0
    POWER_ON = 1
    RESET = 2
    ATR = 4


class VpcdReader:
    """Keeps the card of a slot connected to vpcd, from a thread of its own, until stopped.

    `report` is told, from that thread, once for each change: waiting, connected, connection lost, card out.
    Raises ValueError for a port that is none.
    """

    def __init__(
        self,
        slot: Slot,
        host: str = "localhost",
        port: int = DEFAULT_PORT,
        report: Callable[[str], None] = lambda _message: None,
    ) -> None:
        if not 0 < port <= 0xFFFF:
            raise ValueError(f"{port} is no TCP port: give one from 1 to 65535; vpcd's own is {DEFAULT_PORT}")
        self._slot = slot
        self._host = host
        self._port = port
        self._report = report
        self._last_report = ""
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._stopping = False
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._back_at = 0.0
        self._connected = False
        self._commands = 0
        slot.on_change(self._interrupt)

    @property
    def connected(self) -> bool:
        """Whether vpcd speaks with the card now."""
        return self._connected

    @property
    def commands(self) -> int:
        """How many APDUs the card was given since the reader was made."""
        return self._commands

    def start(self) -> None:
        """Begin to connect; returns at once. Does nothing if started already."""
        if self._thread is None:
            self._stopping = False
            self._last_report = ""
            self._thread = threading.Thread(target=self._run, name=f"vpcd-{self._port}", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Drop the connection, which clients see as a removed card, and end the thread. May be repeated."""
        self._stopping = True
        self._interrupt()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> VpcdReader:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _place(self) -> str:
        return f"vpcd on {self._host} port {self._port}"

    @property
    def _lacking(self) -> str:
        return "no card in the reader" if self._slot.plugged else "the card's reader is unplugged"

    def _interrupt(self) -> None:
        """Wake the thread from whatever it waits for, to look at the slot anew."""
        with self._lock:
            self._changed.set()
            if self._socket is not None:
                _shut_down(self._socket)

    def _say(self, message: str) -> None:
        if message != self._last_report:
            self._last_report = message
            self._report(message)

    def _run(self) -> None:
        while True:
            # Cleared before the slot is looked at, so that a change after the look is never lost.
            self._changed.clear()
            if self._stopping:
                return
            card = self._slot.card
            away = self._back_at - time.monotonic()
            if card is None:
                self._say(f"{self._lacking}; {self._place} sees none")
                self._changed.wait()
            elif not card.atr:
                self._say(f"the card gives no answer to reset; {self._place} sees no card")
                self._changed.wait(RETRY_INTERVAL)
            elif away > 0:
                self._changed.wait(away)
            else:
                self._connect_and_serve(card)

    def _connect_and_serve(self, card: CardInterface) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:  # vpcd listens on IPv4 only
            with self._lock:
                if self._changed.is_set():
                    return
                self._socket = connection
            try:
                self._connect(connection)
                self._serve(card, connection)
            except OSError as error:
                self._after_broken_connection(error)
            finally:
                with self._lock:
                    self._socket = None
        if self._connected:
            self._connected = False
            if self._slot.card is card:
                card.power_off()
        if not self._changed.is_set() and self._back_at <= time.monotonic():
            self._changed.wait(RETRY_INTERVAL)

    def _connect(self, connection: socket.socket) -> None:
        connection.settimeout(CONNECT_TIMEOUT)
        _keep_alive(connection)
        try:
            connection.connect((self._host, self._port))
        except TypeError as error:  # a name that cannot be encoded, as one with an empty part or a null character
            raise socket.gaierror(socket.EAI_NONAME, "not a valid name") from error
        if connection.getsockname() == connection.getpeername():
            # 35963 lies among the ports that the system hands to clients; where nobody listens, a client may
            # be given that very port and be connected to itself.
            raise ConnectionRefusedError

    def _after_broken_connection(self, error: OSError) -> None:
        if self._changed.is_set():
            self._stay_away()
        elif self._connected:
            self._say(f"{self._place} closed the connection; connecting again")
        elif isinstance(error, socket.gaierror):
            self._say(f"waiting for {self._place}: no such host ({error.strerror}); check its name")
        elif isinstance(error, TimeoutError):
            self._say_nobody_speaks()
        else:
            self._say(f"waiting for {self._place}: is pcscd running with vsmartcard-vpcd installed?")

    def _stay_away(self) -> None:
        if self._connected:
            self._back_at = time.monotonic() + TIME_AWAY

    def _serve(self, card: CardInterface, connection: socket.socket) -> None:
        """Answer vpcd until the card is mute. Raises OSError when the connection ends otherwise."""
        messages = _Messages(connection)
        self._await_first(messages)
        self._connected = True
        self._say(f"connected to {self._place}")
        attention = Attention(connection)
        while True:
            message = messages.receive()
            if len(message) == 1 and message[0] in _NOT_ANSWERED:
                _NOT_ANSWERED[message[0]](card)
                continue
            if message == _ATR_REQUEST:
                answer = card.atr
            elif message:
                self._commands += 1
                answer = card.transmit(message)
            else:
                continue  # vpcd never sends this; it says nothing and awaits nothing
            if not 0 < len(answer) <= LONGEST_MESSAGE:
                if not self._changed.is_set():
                    self._say(f"the card is mute; {self._place} sees it taken out and put in again")
                self._stay_away()
                return
            connection.sendall(len(answer).to_bytes(2) + answer)
            if message != _ATR_REQUEST:
                attention.await_soon()

    def _await_first(self, messages: _Messages) -> None:
        """Wait until vpcd asks for something: within a second, if this is the only card on the port."""
        try:
            messages.await_one(SILENCE_BEFORE_REPORT)
        except TimeoutError:
            self._say_nobody_speaks()
            messages.await_one(None)

    def _say_nobody_speaks(self) -> None:
        self._say(
            f"{self._place} does not speak to the card: does another card lie in this reader, or is the "
            f"host out of reach? Take that card out, or use the next port"
        )


def _power_on(card: CardInterface) -> None:
    _choose_protocol(card, card.power_on())


def _power_off(card: CardInterface) -> None:
    card.power_off()


def _reset(card: CardInterface) -> None:
    _choose_protocol(card, card.reset())


def _choose_protocol(card: CardInterface, atr: bytes) -> None:
    with contextlib.suppress(AtrError):
        if T1 in parse_atr(atr).speakable:
            card.choose_protocol(T1)


_NOT_ANSWERED: dict[int, Callable[[CardInterface], None]] = {
    Control.POWER_OFF: _power_off,
    Control.POWER_ON: _power_on,
    Control.RESET: _reset,
}
_ATR_REQUEST = bytes([Control.ATR])


class _Messages:
    """The messages that arrive on a connection, however they are cut into segments."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()

    def await_one(self, seconds: float | None) -> None:
        """Wait for a complete message, and leave it to be received. Raises OSError or TimeoutError."""
        self._connection.settimeout(seconds)
        self._fill()
        self._connection.settimeout(None)

    def receive(self) -> bytes:
        """Give the next message, without its length. Raises OSError when the connection ends."""
        end = self._fill()
        message = bytes(self._received[2:end])
        del self._received[:end]
        return message

    def _fill(self) -> int:
        received = self._received
        while True:
            if len(received) >= 2:
                end = 2 + (received[0] << 8 | received[1])
                if len(received) >= end:
                    return end
            segment = self._connection.recv(LONGEST_MESSAGE + 2)
            if not segment:
                raise ConnectionResetError
            if _QUICK_ACK is not None:
                # The kernel disarms it by itself, so it is armed anew each time.
                self._connection.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
            received += segment


def _keep_alive(connection: socket.socket) -> None:
    """Have the system find out whether the other end still knows this connection, where it can.

    A distant host may be lost without a word. So may a card that came while vpcd's queue, of one place, was
    just filling: Linux can let it believe itself connected, and forget it after a minute.
    """
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):
        if hasattr(socket, option):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), KEEP_ALIVE)


def _shut_down(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)

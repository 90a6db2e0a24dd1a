"""The server on whose Unix socket clients of pcsc-lite find the readers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from stuntcard.readers.pcsc.connection import Connection
from stuntcard.readers.pcsc.endpoint import Endpoint
from stuntcard.readers.pcsc.manager import ResourceManager
from stuntcard.readers.pcsc.power import Later, later
from stuntcard.readers.slot import Slot

_CLIENTS_MAX = 900  # pcscd has 200 unless told otherwise; most systems let a program have 1,024 open files
_FAREWELL_PATIENCE = 5.0  # seconds for cards in the midst of a command
_BREATH = 0.1  # seconds before accepting again when the system has run out of something


class PcscServer:
    """Serves readers to every program whose PCSCLITE_CSOCK_NAME is `socket_path`, from background threads.

    Speaks versions 4:4 to 4:6 of the protocol (libpcsclite 1.8.24 to 2.5). A server may be started again
    after `stop`. The readers keep to their slots even while nobody is served.
    """

    def __init__(
        self,
        socket_path: Path,
        readers: Mapping[str, Slot] | Sequence[tuple[str, Slot]],
        *,
        later: Later = later,
    ) -> None:
        """Shows the readers in the order given, at most 16. Raises ValueError for names no client can use.

        `later` is how a card that no client holds loses its power after a while.
        """
        slots = list(readers.items()) if isinstance(readers, Mapping) else list(readers)
        self.socket_path = socket_path
        self._manager = ResourceManager(slots, later)
        self._lock = threading.Lock()
        self._connections: dict[Connection, threading.Thread] = {}
        self._endpoint: Endpoint | None = None
        self._acceptor: threading.Thread | None = None
        self._stopping = threading.Event()
        self._restarting = threading.Lock()
        self._stopped = threading.Event()
        for _, slot in slots:
            slot.leave_service = self.leave

    @property
    def clients(self) -> int:
        """How many connections are open now; a client has one for each context."""
        return len(self._connections)

    @property
    def commands(self) -> int:
        """How many command APDUs the cards have been given so far."""
        return sum(reader.commands for reader in self._manager.readers)

    def add(self, name_of: Callable[[int], str], slot: Slot) -> str:
        """One more reader, while clients are served or not; gives its name, which `name_of` makes of its number.

        Raises ValueError when there are 16, or for a name no client can use.
        """
        name = self._manager.add(name_of, slot)
        slot.leave_service = self.leave
        return name

    def take_away(self, slot: Slot) -> None:
        """The slot's reader goes for good."""
        self._manager.take_away(slot)

    def start(self) -> None:
        """Listen and serve. Raises PcscSocketError when the socket cannot be had."""
        self._stopped.clear()
        self._begin()

    def stop(self) -> None:
        """Part from all clients, cut the cards' power, remove the socket. Does nothing when not started."""
        self._stopped.set()
        with self._restarting:
            self._end()

    def _begin(self) -> None:
        if self._endpoint is not None:
            return
        self._endpoint = Endpoint(self.socket_path)
        self._stopping.clear()
        self._acceptor = threading.Thread(target=self._accept, args=(self._endpoint,), name="pcsc-accept", daemon=True)
        self._acceptor.start()

    def _end(self) -> None:
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is None or self._acceptor is None:
            return
        self._stopping.set()
        endpoint.close()
        self._acceptor.join()
        with self._lock:
            connections = dict(self._connections)
        for connection in connections:
            connection.hang_up()
        deadline = time.monotonic() + _FAREWELL_PATIENCE
        for thread in connections.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        if not any(thread.is_alive() for thread in connections.values()):
            for reader in self._manager.readers:
                reader.unplug()

    def leave(self, seconds: float) -> None:
        """End, and begin again after so many seconds, as when pcscd is restarted. Does not wait for either."""
        threading.Thread(target=self._end_and_begin_again, args=(seconds,), name="pcsc-restart", daemon=True).start()

    def _end_and_begin_again(self, seconds: float) -> None:
        with self._restarting:
            if self._stopped.is_set():
                return
            self._end()
            if not self._stopped.wait(seconds):
                self._begin()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _accept(self, endpoint: Endpoint) -> None:
        while not self._stopping.is_set():
            try:
                client = endpoint.accept()
            except OSError:
                self._stopping.wait(_BREATH)
                continue
            if self._stopping.is_set() or self.clients >= _CLIENTS_MAX:
                client.close()
            else:
                self._serve(client)

    def _serve(self, client: socket.socket) -> None:
        connection = Connection(client, self._manager)
        thread = threading.Thread(target=self._run, args=(connection,), name="pcsc-client", daemon=True)
        with self._lock:
            self._connections[connection] = thread
        try:
            thread.start()
        except RuntimeError:  # the system has no thread to give
            self._forget(connection)
            client.close()

    def _run(self, connection: Connection) -> None:
        try:
            connection.serve()
        finally:
            self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        with self._lock:
            self._connections.pop(connection, None)

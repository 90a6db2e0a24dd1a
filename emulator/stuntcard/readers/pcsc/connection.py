"""One client's connection: its messages read, answered, and everything it held freed in the end."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from struct import Struct

from stuntcard.readers.busy_wait import Attention
from stuntcard.readers.pcsc import messages
from stuntcard.readers.pcsc.manager import ResourceManager
from stuntcard.readers.pcsc.messages import Code, Disposition, MessageCommand, Protocol
from stuntcard.readers.pcsc.reader import Reader
from stuntcard.readers.pcsc.sharing import Handle
from stuntcard.readers.pcsc.watch import Watch

_MORE_FOLLOWS = frozenset(
    {
        MessageCommand.BEGIN_TRANSACTION,
        MessageCommand.TRANSMIT,
        MessageCommand.END_TRANSACTION,
        MessageCommand.STATUS,
    }
)
"""After these a client has something else to ask soon."""
_HANDLES_MAX = 200  # as pcscd has it
_SCOPE_MAX = 3  # SCARD_SCOPE_GLOBAL
_READ_AT_ONCE = 448  # more than a short command; beyond 512 bytes Python asks the system for memory
_LOOK_UP_AFTER = 0.1  # seconds between looks at a client whose command waits for another's transaction


class _MessageError(Exception):
    """The client has gone, or sent what no libpcsclite sends."""


class Connection:
    """Speaks with one client from one thread, which `serve` occupies until the client goes or misbehaves.

    pcscd does the same in src/winscard_svc.c: a malformed message closes the connection, without an answer.
    """

    def __init__(self, client: socket.socket, manager: ResourceManager) -> None:
        self._client = client
        self._manager = manager
        self._received = b""
        self._taken = 0
        self._watch = Watch(self._send_signal)
        self._minor = messages.PROTOCOL_MINOR_NEWEST
        self._context = 0
        self._handles: dict[int, tuple[Reader, Handle]] = {}
        nothing = Struct("=")
        self._handlers: dict[int, tuple[int, Callable[[bytes], bytes]]] = {
            command: (layout.size, handler)
            for command, layout, handler in (
                (MessageCommand.TRANSMIT, messages.TRANSMIT, self._transmit),
                (MessageCommand.ESTABLISH_CONTEXT, messages.ESTABLISH_CONTEXT, self._establish_context),
                (MessageCommand.RELEASE_CONTEXT, messages.RELEASE_CONTEXT, self._release_context),
                (MessageCommand.CONNECT, messages.CONNECT, self._connect),
                (MessageCommand.RECONNECT, messages.RECONNECT, self._reconnect),
                (MessageCommand.DISCONNECT, messages.DISCONNECT, self._disconnect),
                (MessageCommand.BEGIN_TRANSACTION, messages.BEGIN_TRANSACTION, self._begin_transaction),
                (MessageCommand.END_TRANSACTION, messages.END_TRANSACTION, self._end_transaction),
                (MessageCommand.CONTROL, messages.CONTROL, self._control),
                (MessageCommand.STATUS, messages.STATUS, self._status),
                (MessageCommand.CANCEL, messages.CANCEL, self._cancel),
                (MessageCommand.GET_ATTRIBUTE, messages.ATTRIBUTE, self._get_attribute),
                (MessageCommand.SET_ATTRIBUTE, messages.ATTRIBUTE, self._set_attribute),
                (MessageCommand.VERSION, messages.VERSION, self._version),
                (MessageCommand.GET_READERS_STATE, nothing, self._get_readers_state),
                (MessageCommand.WAIT_READER_STATE_CHANGE, nothing, self._wait_reader_state_change),
                (MessageCommand.STOP_WAITING_READER_STATE_CHANGE, nothing, self._stop_waiting),
                (MessageCommand.GET_READER_EVENTS, nothing, self._get_reader_events),
                (MessageCommand.GET_READERS_STATE_SIZE, nothing, self._get_readers_state_size),
                (MessageCommand.GET_READERS_STATE_ARRAY, nothing, self._get_readers_state_array),
            )
        }

    def serve(self) -> None:
        """Answer until the client has gone; frees its context, handles and locks."""
        self._manager.enter(self._watch)
        try:
            attention = Attention(self._client)
            while True:
                self._serve_message(attention)
        except (OSError, _MessageError):
            pass
        finally:
            self._manager.leave(self._watch)
            self._drop_context()
            self._client.close()

    def hang_up(self) -> None:
        """End `serve`, from another thread."""
        with suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def _serve_message(self, attention: Attention) -> None:
        size, command = messages.HEADER.unpack(self._receive(messages.HEADER.size))
        expected, handler = self._handlers.get(command, (-1, None))
        if handler is None or size != expected:
            raise _MessageError
        answer = handler(self._receive(size) if size else b"")
        if answer:
            self._client.sendall(answer)
            if command in _MORE_FOLLOWS and self._taken == len(self._received):
                attention.await_soon()

    def _receive(self, size: int) -> bytes:
        if self._taken + size > len(self._received):
            self._receive_more(size)
        start, self._taken = self._taken, self._taken + size
        return self._received[start : self._taken]

    def _receive_more(self, size: int) -> None:
        """Until so many bytes wait. A client writes a command in three pieces, and one look finds them all."""
        received = self._received[self._taken :]
        while len(received) < size:
            more = self._client.recv(max(_READ_AT_ONCE, size - len(received)))
            if not more:
                raise _MessageError
            received += more
        self._received, self._taken = received, 0

    def _send_signal(self, signal: bytes) -> None:
        try:
            self._client.send(signal, socket.MSG_DONTWAIT)
        except BlockingIOError:
            self.hang_up()  # a client that waits has read everything; this one lets its messages pile up
        except OSError:
            pass  # it has just gone

    # Contexts

    def _version(self, body: bytes) -> bytes:
        major, minor, _ = messages.VERSION.unpack(body)
        if major == messages.PROTOCOL_MAJOR and minor in messages.PROTOCOL_MINORS:
            self._minor = minor
            return messages.VERSION.pack(major, minor, Code.SUCCESS)
        # from this a newer library learns which version to try next
        return messages.VERSION.pack(messages.PROTOCOL_MAJOR, messages.PROTOCOL_MINOR_NEWEST, Code.SERVICE_STOPPED)

    def _establish_context(self, body: bytes) -> bytes:
        scope, _, _ = messages.ESTABLISH_CONTEXT.unpack(body)
        if scope > _SCOPE_MAX:
            return messages.ESTABLISH_CONTEXT.pack(scope, 0, Code.INVALID_VALUE)
        self._manager.close_context(self._context)  # one connection, one context: the newest
        self._context = self._manager.open_context(self._watch)
        return messages.ESTABLISH_CONTEXT.pack(scope, self._context, Code.SUCCESS)

    def _release_context(self, body: bytes) -> bytes:
        context, _ = messages.RELEASE_CONTEXT.unpack(body)
        code = Code.SUCCESS
        if not self._context:
            code = Code.INVALID_HANDLE
        elif context != self._context:
            code = Code.INVALID_VALUE
        else:
            self._drop_context()
        return messages.RELEASE_CONTEXT.pack(context, code)

    def _drop_context(self) -> None:
        self._manager.close_context(self._context)
        self._context = 0
        while self._handles:
            reader, handle = self._handles.pop(next(iter(self._handles)))
            reader.abandon(handle)

    def _cancel(self, body: bytes) -> bytes:
        context, _ = messages.CANCEL.unpack(body)
        return messages.CANCEL.pack(context, self._manager.cancel(context))

    # Readers' states

    def _get_readers_state(self, _body: bytes) -> bytes:
        return self._manager.reader_states()

    def _wait_reader_state_change(self, _body: bytes) -> bytes:
        self._watch.prepare()
        if self._minor < messages.PROTOCOL_MINOR_NEWEST:
            return self._get_readers_state_array(b"")
        return b""  # a library of 2.5 asks for the states next

    def _get_readers_state_array(self, _body: bytes) -> bytes:
        self._client.sendall(self._manager.reader_states())
        self._watch.begin()
        return b""

    def _stop_waiting(self, _body: bytes) -> bytes:
        return self._watch.stop()

    def _get_reader_events(self, _body: bytes) -> bytes:
        return messages.READER_EVENTS.pack(self._manager.reader_events, Code.SUCCESS)

    def _get_readers_state_size(self, _body: bytes) -> bytes:
        return messages.READERS_STATE_SIZE.pack(messages.READERS_MAX)

    # Handles

    def _connect(self, body: bytes) -> bytes:
        context, field, share, preferred, _, _, _ = messages.CONNECT.unpack(body)
        code, number, protocol = self._open_handle(context, field.partition(b"\0")[0], share, preferred)
        return messages.CONNECT.pack(context, field, share, preferred, number, protocol, code)

    def _open_handle(self, context: int, name: bytes, share: int, preferred: int) -> tuple[Code, int, int]:
        refusal = Code.SUCCESS
        reader = self._manager.reader(name)
        if not self._context:
            refusal = Code.INVALID_HANDLE
        elif context != self._context:
            refusal = Code.INVALID_VALUE
        elif len(self._handles) >= _HANDLES_MAX:
            refusal = Code.NO_MEMORY
        if refusal or reader is None:
            return refusal or Code.UNKNOWN_READER, 0, Protocol.UNDEFINED
        if refusal := reader.refusal_at_once(share, preferred):
            return refusal, 0, Protocol.UNDEFINED
        self._await_release(reader, None)
        code, handle, protocol = reader.connect(share, preferred)
        if handle is None:
            return code, 0, protocol
        number = self._manager.next_number()
        self._handles[number] = reader, handle
        return code, number, protocol

    def _reconnect(self, body: bytes) -> bytes:
        number, share, preferred, initialization, _, _ = messages.RECONNECT.unpack(body)
        reader, handle = self._handle(number)
        code, protocol = reader.reconnect(handle, share, preferred, initialization)
        return messages.RECONNECT.pack(number, share, preferred, initialization, protocol, code)

    def _disconnect(self, body: bytes) -> bytes:
        number, disposition, _ = messages.DISCONNECT.unpack(body)
        reader, handle = self._handle(number)
        if Disposition.LEAVE < disposition <= Disposition.EJECT:
            self._await_release(reader, handle)
        code = reader.disconnect(handle, disposition)
        if not code:
            del self._handles[number]
        return messages.DISCONNECT.pack(number, disposition, code)

    def _handle(self, number: int) -> tuple[Reader, Handle]:
        found = self._handles.get(number)
        if found is None:
            raise _MessageError  # the library refuses unknown handles itself
        return found

    def _await_release(self, reader: Reader, handle: Handle | None) -> None:
        # The lock may be this very client's, by another handle: then only its death ends the wait.
        while not reader.await_release(handle, _LOOK_UP_AFTER):
            if not self._is_there():
                raise _MessageError

    def _is_there(self) -> bool:
        try:
            return bool(self._client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False

    # The card

    def _transmit(self, body: bytes) -> bytes:
        number, protocol, pci_size, size, receive_protocol, receive_pci_size, room, _ = messages.TRANSMIT.unpack(body)
        reader, handle = self._handle(number)
        command = self._receive_buffer(size, messages.BUFFER_MAX)
        code, answer = reader.transmit(handle, protocol, command)
        length = len(answer)
        if length > room:
            code, answer = Code.INSUFFICIENT_BUFFER, b""
        return (
            messages.TRANSMIT.pack(number, protocol, pci_size, size, receive_protocol, receive_pci_size, length, code)
            + answer
        )

    def _receive_buffer(self, size: int, size_max: int) -> bytes:
        if size > size_max:
            raise _MessageError
        return self._receive(size) if size else b""

    def _begin_transaction(self, body: bytes) -> bytes:
        number, _ = messages.BEGIN_TRANSACTION.unpack(body)
        reader, handle = self._handle(number)
        return messages.BEGIN_TRANSACTION.pack(number, reader.begin_transaction(handle))

    def _end_transaction(self, body: bytes) -> bytes:
        number, disposition, _ = messages.END_TRANSACTION.unpack(body)
        reader, handle = self._handle(number)
        code = reader.end_transaction(handle, disposition)
        return messages.END_TRANSACTION.pack(number, disposition, code)

    def _status(self, body: bytes) -> bytes:
        number, _ = messages.STATUS.unpack(body)
        reader, handle = self._handle(number)
        return messages.STATUS.pack(number, reader.status(handle))

    def _control(self, body: bytes) -> bytes:
        number, control_code, size, room, _, _ = messages.CONTROL.unpack(body)
        reader, handle = self._handle(number)
        data = self._receive_buffer(size, messages.BUFFER_MAX)
        code, answer = reader.control(handle, control_code, data, self._is_there)
        length = len(answer)
        if length > room:
            code, answer = Code.INSUFFICIENT_BUFFER, b""
        return messages.CONTROL.pack(number, control_code, size, room, length, code) + answer

    def _get_attribute(self, body: bytes) -> bytes:
        number, identifier, _, room, _ = messages.ATTRIBUTE.unpack(body)
        reader, handle = self._handle(number)
        if room > messages.ATTRIBUTE_MAX:
            raise _MessageError
        code, value = reader.attribute(handle, identifier)
        length = len(value)
        if length > room:
            code, value = Code.INSUFFICIENT_BUFFER, b""
        return messages.ATTRIBUTE.pack(number, identifier, value, length, code)

    def _set_attribute(self, body: bytes) -> bytes:
        number, identifier, value, size, _ = messages.ATTRIBUTE.unpack(body)
        reader, handle = self._handle(number)
        if size > messages.ATTRIBUTE_MAX:
            raise _MessageError
        code = reader.status(handle) or Code.NOT_TRANSACTED  # what drivers without settings are taken for
        return messages.ATTRIBUTE.pack(number, identifier, value, size, code)

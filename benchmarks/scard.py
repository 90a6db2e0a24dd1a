"""A thin client on libpcsclite by ctypes, so that a benchmark measures the card and not a Python wrapper."""

from __future__ import annotations

import ctypes
import time

_SCOPE_SYSTEM, _SHARE_SHARED, _T0, _T1, _LEAVE, _RESET = 2, 2, 1, 2, 0, 1


class _IoRequest(ctypes.Structure):
    _fields_ = (("protocol", ctypes.c_ulong), ("length", ctypes.c_ulong))


class ScardError(RuntimeError):
    """A call of libpcsclite that failed."""


class Connection:
    """The card in the first reader that has one. PCSCLITE_CSOCK_NAME must be set before the process starts."""

    def __init__(self, reader_part: str = "") -> None:
        self._library = ctypes.CDLL("libpcsclite.so.1")
        self._context = ctypes.c_long()
        self._check(self._library.SCardEstablishContext(_SCOPE_SYSTEM, None, None, ctypes.byref(self._context)))
        self._card, self._protocol = ctypes.c_long(), ctypes.c_ulong()
        for name in self._readers():
            if reader_part in name and self._connect(name):
                break
        else:
            raise ScardError("there is no card in any reader")
        self._request = _IoRequest(self._protocol.value, ctypes.sizeof(_IoRequest))
        self._answer = ctypes.create_string_buffer(65538)

    def _readers(self) -> list[str]:
        names, length = ctypes.create_string_buffer(4096), ctypes.c_ulong(4096)
        self._check(self._library.SCardListReaders(self._context, None, names, ctypes.byref(length)))
        return [name.decode() for name in names.raw[: length.value].split(b"\0") if name]

    def _connect(self, name: str) -> bool:
        code: int = self._library.SCardConnect(
            self._context,
            name.encode(),
            _SHARE_SHARED,
            _T0 | _T1,
            ctypes.byref(self._card),
            ctypes.byref(self._protocol),
        )
        return code == 0

    def transmit(self, command: bytes) -> bytes:
        """The answer to one APDU."""
        length = ctypes.c_ulong(65538)
        self._check(
            self._library.SCardTransmit(
                self._card,
                ctypes.byref(self._request),
                command,
                ctypes.c_ulong(len(command)),
                None,
                self._answer,
                ctypes.byref(length),
            )
        )
        return self._answer.raw[: length.value] if length.value < 300 else ctypes.string_at(self._answer, length.value)

    def time(self, command: bytes, count: int) -> list[float]:
        """How long `count` exchanges took, each in microseconds, sorted."""
        clock, took = time.perf_counter, []
        for _ in range(count):
            start = clock()
            self.transmit(command)
            took.append((clock() - start) * 1e6)
        return sorted(took)

    def close(self) -> None:
        """Disconnect."""
        self._library.SCardDisconnect(self._card, _LEAVE)
        self._library.SCardReleaseContext(self._context)

    @staticmethod
    def _check(code: int) -> None:
        if code:
            raise ScardError(f"libpcsclite says {code & 0xFFFFFFFF:08X}")

"""A real card in a real reader, through PC/SC, as a card for any reader of this emulator."""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from types import ModuleType, TracebackType
from typing import Self


class RelayError(Exception):
    """The real reader or card can't be had; the message says why and what to do."""


class RealCard:
    """The card in one reader of PC/SC. Calls may come from several threads."""

    def __init__(self, reader: str, report: Callable[[str], None], *, shared: bool = False) -> None:
        """`reader`: its name, or a part that no other has. `shared`: other programs may use the card meanwhile.

        `report` is told when the card fails to answer. Raises RelayError.
        """
        self._scard = _pyscard()
        self._report = report
        self._share: int = self._scard.SCARD_SHARE_SHARED if shared else self._scard.SCARD_SHARE_EXCLUSIVE
        self._lock = threading.Lock()
        self._context = self._establish()
        try:
            self.reader = self._find(reader)
            self._card, self._protocol = self._connect()
            self._atr = self._read_atr()
        except RelayError:
            self._scard.SCardReleaseContext(self._context)
            raise

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        return self._atr

    def power_on(self) -> bytes:
        """Cold reset; gives the ATR, or nothing when the card is gone."""
        return self._restart(self._scard.SCARD_UNPOWER_CARD)

    def power_off(self) -> None:
        """Have the card forget what it does not store. PC/SC gives it power again at once."""
        self._restart(self._scard.SCARD_UNPOWER_CARD)

    def reset(self) -> bytes:
        """Warm reset; gives the ATR, or nothing when the card is gone."""
        return self._restart(self._scard.SCARD_RESET_CARD)

    def choose_protocol(self, number: int) -> None:
        """Changes nothing: the real reader has agreed with the card, and transmits in what they agreed on."""

    def transmit(self, command: bytes) -> bytes:
        """The card's answer; nothing when there is none."""
        with self._lock:
            header = (
                self._scard.SCARD_PCI_T0
                if self._protocol == self._scard.SCARD_PROTOCOL_T0
                else self._scard.SCARD_PCI_T1
            )
            code, answer = self._scard.SCardTransmit(self._card, header, list(command))
        if code != self._scard.SCARD_S_SUCCESS:
            self._report(f"{self.reader} gave no answer: {self._words(code)}; the client sees a mute card")
            return b""
        return bytes(answer)

    def close(self) -> None:
        """Reset the card, so that no code stays given, and let go of it."""
        with self._lock:
            self._scard.SCardDisconnect(self._card, self._scard.SCARD_RESET_CARD)
            self._scard.SCardReleaseContext(self._context)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _find(self, wanted: str) -> str:
        code, names = self._scard.SCardListReaders(self._context, [])
        names = list(names) if code == self._scard.SCARD_S_SUCCESS else []
        found = [name for name in names if name == wanted] or [name for name in names if wanted in name]
        if len(found) == 1:
            return str(found[0])
        there = ", ".join(f"'{name}'" for name in names) or "none; is the reader plugged in?"
        problem = "several readers have this in their names" if found else "there is no such reader"
        raise RelayError(f"--reader {wanted}: {problem}; give one of these: {there}")

    def _connect(self) -> tuple[int, int]:
        code, card, protocol = self._scard.SCardConnect(self._context, self.reader, self._share, self._protocols)
        if code != self._scard.SCARD_S_SUCCESS:
            raise RelayError(
                f"the card in {self.reader} can't be had: {self._words(code)}; "
                f"put it in, and end other programs that use it, or let them: --shared"
            )
        return card, protocol

    def _read_atr(self) -> bytes:
        code, *status = self._scard.SCardStatus(self._card)
        return bytes(status[-1]) if code == self._scard.SCARD_S_SUCCESS else b""

    def _restart(self, how: int) -> bytes:
        with self._lock:
            code, protocol = self._scard.SCardReconnect(self._card, self._share, self._protocols, how)
            if code != self._scard.SCARD_S_SUCCESS:
                self._report(f"{self.reader} can't reset its card: {self._words(code)}")
                return b""
            self._protocol = protocol
            self._atr = self._read_atr()
            return self._atr

    @property
    def _protocols(self) -> int:
        return int(self._scard.SCARD_PROTOCOL_T0 | self._scard.SCARD_PROTOCOL_T1)

    def _establish(self) -> int:
        code, context = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_USER)
        if code != self._scard.SCARD_S_SUCCESS:
            raise RelayError(f"PC/SC can't be reached: {self._words(code)}; is pcscd running?")
        return int(context)

    def _words(self, code: int) -> str:
        return str(self._scard.SCardGetErrorMessage(code)).strip().rstrip(".")


def _pyscard() -> ModuleType:
    try:
        return import_module("smartcard.scard")
    except ImportError:
        raise RelayError(
            "relay speaks to the real reader by pyscard, which is not installed; "
            "install it with: pip install 'stuntcard[tools]'"
        ) from None

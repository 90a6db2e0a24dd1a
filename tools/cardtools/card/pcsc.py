"""A card through PC/SC: finding it, and exchanging commands with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType

from smartcard import scard

from cardtools.card.emulated import emulated_card
from cardtools.card.errors import (
    BadAnswerError,
    CardDeadError,
    CardError,
    CardGoneError,
    CardInUseError,
    CardRefusedError,
    CardResetError,
    CardSilentError,
    NoCardError,
    NoReaderError,
    NoServiceError,
    NoSuchReaderError,
    NotOursError,
    SeveralCardsError,
)

__all__ = [
    "Answer", "BadAnswerError", "CardDeadError", "CardError", "CardGoneError", "CardInUseError", "CardRefusedError",
    "CardResetError", "CardSilentError", "Connection", "NoCardError", "NoReaderError", "NoServiceError",
    "NoSuchReaderError", "NotOursError", "SeveralCardsError", "all_readers", "connect", "established", "has_card",
    "readers",
]  # fmt: skip

OK = 0x9000
DEAD = 0x6F00
_LE_MAX = 256
_ANSWER_MAX = 65536
_STATUS_WORD_LENGTH = 2
_EITHER_PROTOCOL = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1

_GET_FEATURE_REQUEST = scard.SCARD_CTL_CODE(3400)

_NO_SERVICE = {scard.SCARD_E_NO_SERVICE, scard.SCARD_E_SERVICE_STOPPED}
_NO_CARD = {scard.SCARD_E_NO_SMARTCARD, scard.SCARD_W_REMOVED_CARD}
_GONE = {*_NO_CARD, scard.SCARD_E_READER_UNAVAILABLE, scard.SCARD_E_UNKNOWN_READER}


@dataclass(frozen=True, slots=True)
class Answer:
    """A card's answer: data and status word. The data may be secret, and is not shown."""

    data: bytes = field(repr=False)
    sw: int

    def require(self, what: str) -> bytes:
        """The data of an answer that means yes. Raises CardRefusedError; `what` was done is for developers."""
        if self.sw != OK:
            raise CardRefusedError(self.sw, what)
        return self.data


def readers() -> list[str]:
    """Names of the readers with a card in them. Raises NoServiceError or NoReaderError."""
    with established() as context:
        return _with_card(context, all_readers(context))


@contextmanager
def established() -> Iterator[int]:
    """A use of the service, from its beginning to its end. Raises NoServiceError."""
    context = _establish()
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def connect(reader: str | None = None) -> Connection:
    """The only card there is, or the one in the reader of this name.

    Raises SeveralCardsError, NoCardError, NoSuchReaderError, CardInUseError and what `readers` raises.
    """
    context = _establish()
    try:
        return Connection(context, _choose(context, reader))
    except CardError:
        scard.SCardReleaseContext(context)
        raise


class Connection:
    """A card that is held within one transaction until the end of `with`, and left reset."""

    def __init__(self, context: int, reader: str) -> None:
        self.reader = reader
        self._context = context
        self._selected: bytes | None = None
        result, self._card, self._protocol = scard.SCardConnect(
            context, reader, scard.SCARD_SHARE_SHARED, _EITHER_PROTOCOL
        )
        if result in _NO_CARD:
            raise NoCardError
        _check(result)
        result = scard.SCardBeginTransaction(self._card)
        if result == scard.SCARD_W_RESET_CARD:
            result, self._protocol = scard.SCardReconnect(
                self._card, scard.SCARD_SHARE_SHARED, _EITHER_PROTOCOL, scard.SCARD_LEAVE_CARD
            )
            _check(result)
            result = scard.SCardBeginTransaction(self._card)
        _check(result)

    def transmit(self, cla: int, ins: int, p1: int, p2: int, data: bytes = b"", le: int | None = None) -> Answer:
        """One command, in short form, and its whole answer: 61xx and 6Cxx are followed. `le` is 1 to 256.

        Raises CardGoneError, CardResetError, CardSilentError, NoServiceError.
        """
        header = bytes((cla, ins, p1, p2))
        body = bytes((len(data),)) + data if data else b""
        length = b"" if le is None else bytes((le % _LE_MAX,))
        # T=0 has one length byte: a command with data gets its answer by GET RESPONSE (ISO 7816-3, 12.2.5).
        with_length = not (data and self._protocol == scard.SCARD_PROTOCOL_T0)
        answer, sw = self._exchange(header + body + (length if with_length else b""))
        if sw >> 8 == 0x6C:
            answer, sw = self._exchange(header + body + bytes((sw & 0xFF,)))
        while sw >> 8 == 0x61:
            more, sw = self._exchange(bytes((0x00, 0xC0, 0x00, 0x00, sw & 0xFF)))
            answer += more
            if not more or len(answer) > _ANSWER_MAX:
                raise BadAnswerError("an answer without an end")
        return Answer(answer, sw)

    def select_application(self, name: bytes) -> bool:
        """Makes an application the selected one; the codes given to another one are forgotten with that.

        False when the card has none of this name. Raises CardDeadError, and what `transmit` raises.
        """
        if self._selected == name:
            return True
        self._selected = None
        answer = self.transmit(0x00, 0xA4, 0x04, 0x00, name, _LE_MAX)
        if answer.sw == DEAD:
            raise CardDeadError
        # Some applications answer 6A82 to a name that the card does not have, and some that they know no SELECT.
        if answer.sw != OK:
            return False
        self._selected = name
        return True

    def features(self) -> bytes:
        """What the reader can do beside carrying commands (PC/SC part 10, 2.2); nothing where it can't be asked."""
        result, listed = scard.SCardControl(self._card, _GET_FEATURE_REQUEST, [])
        return bytes(listed) if result == scard.SCARD_S_SUCCESS else b""

    def attribute(self, identifier: int) -> bytes:
        """What the reader's driver tells of itself (PC/SC part 3, 3.1.4); nothing where it tells none."""
        result, value = scard.SCardGetAttrib(self._card, identifier)
        return bytes(value) if result == scard.SCARD_S_SUCCESS else b""

    def control(self, code: int, structure: bytes) -> Answer:
        """Has the reader do one of these things. Raises what `transmit` raises."""
        result, answer = scard.SCardControl(self._card, code, list(structure))
        _check(result)
        if len(answer) < _STATUS_WORD_LENGTH:
            raise CardSilentError
        return Answer(bytes(answer[:-2]), int.from_bytes(bytes(answer[-2:])))

    def close(self) -> None:
        """Lets the card go, reset, so that nobody inherits the codes given. May be called again."""
        card, self._card = self._card, None
        if card is not None:
            scard.SCardEndTransaction(card, scard.SCARD_RESET_CARD)
            scard.SCardDisconnect(card, scard.SCARD_RESET_CARD)
            scard.SCardReleaseContext(self._context)

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _exchange(self, command: bytes) -> tuple[bytes, int]:
        if self._card is None:
            raise CardGoneError
        result, answer = scard.SCardTransmit(self._card, self._protocol, list(command))
        silent = result == scard.SCARD_S_SUCCESS and len(answer) < _STATUS_WORD_LENGTH
        if silent or result == scard.SCARD_E_NOT_TRANSACTED:
            if self._taken_out():
                raise CardGoneError
            raise CardSilentError(result)
        _check(result)
        return bytes(answer[:-2]), int.from_bytes(bytes(answer[-2:]))

    def _taken_out(self) -> bool:
        """Whether a card that did not answer is no longer in the reader.

        A service that looks after its cards at intervals still has it in its books; to start it anew, the service has
        to look. The card's session is over in either case.
        """
        self._selected = None
        result, _ = scard.SCardReconnect(self._card, scard.SCARD_SHARE_SHARED, _EITHER_PROTOCOL, scard.SCARD_RESET_CARD)
        return result in _GONE


def _no_service() -> NoServiceError:
    return NoServiceError(emulated_card())


def _establish() -> int:
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if result != scard.SCARD_S_SUCCESS:
        raise _no_service()
    return int(context)


def all_readers(context: int) -> list[str]:
    """Names of the readers, with a card or without. Raises NoReaderError, NoServiceError."""
    result, names = scard.SCardListReaders(context, [])
    if result == scard.SCARD_E_NO_READERS_AVAILABLE or (result == scard.SCARD_S_SUCCESS and not names):
        raise NoReaderError
    _check(result)
    return [str(name) for name in names]


def _with_card(context: int, names: list[str]) -> list[str]:
    return [name for name in names if has_card(context, name)]


def has_card(context: int, name: str) -> bool:
    """Whether a reader has a card, found by connecting: pyscard asks for the state of readers with ASCII names only."""
    result, card, _ = scard.SCardConnect(context, name, scard.SCARD_SHARE_SHARED, _EITHER_PROTOCOL)
    if result in _GONE:
        return False
    if result != scard.SCARD_S_SUCCESS:
        if result in _NO_SERVICE:
            raise _no_service()
        return True  # one that is in use, or does not answer; whoever connects to it is told so
    scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
    return True


def _choose(context: int, reader: str | None) -> str:
    names = all_readers(context)
    if reader is not None and reader not in names:
        raise NoSuchReaderError(reader)
    found = _with_card(context, names if reader is None else [reader])
    if not found:
        raise NoCardError
    if len(found) > 1:
        raise SeveralCardsError(found)
    return found[0]


def _check(result: int) -> None:
    """Raises what an error of PC/SC means, when it is one."""
    if result == scard.SCARD_S_SUCCESS:
        return
    if result in _NO_SERVICE:
        raise _no_service()
    if result in _GONE:
        raise CardGoneError
    if result == scard.SCARD_W_RESET_CARD:
        raise CardResetError
    if result == scard.SCARD_E_SHARING_VIOLATION:
        raise CardInUseError
    raise CardSilentError(result)

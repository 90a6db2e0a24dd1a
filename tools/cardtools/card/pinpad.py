"""A reader's own keys (PC/SC part 10): a code that is typed there goes to the card, and no program sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from struct import iter_unpack, pack

from cardtools.card.errors import CardError
from cardtools.card.pcsc import Answer, Connection

_VERIFY_PIN_DIRECT, _MODIFY_PIN_DIRECT = 0x06, 0x07
_FEATURE_SIZE = 6

_SECONDS = 60
"""In which somebody has to begin, and then to go on."""
_ASCII_FROM_THE_LEFT = 0x02
_ENDED_BY_OK = 0x02
_OLD_WANTED, _CONFIRMED = 0x02, 0x01
_ENGLISH = 0x0409
_VERIFY_MESSAGES, _MODIFY_MESSAGES = 1, 3


class EntryFailedError(CardError):
    """No code came from the reader's keys; the card got no command."""

    key = "pinpad-cancelled"

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"the reader's keys: {key}")


_FAILURES = {0x6400: "pinpad-timed-out", 0x6401: "pinpad-cancelled", 0x6402: "pinpad-mismatch", 0x6403: "pinpad-length"}


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many characters a code has, and how many bytes the card keeps of it, filled up with FF."""

    shortest: int
    longest: int
    stored: int


@dataclass(frozen=True, slots=True)
class PinPad:
    """The keys of a reader; the numbers are the control codes of what it can do with them."""

    verify_direct: int | None
    modify_direct: int | None

    def verify(self, connection: Connection, header: bytes, code: Lengths) -> Answer:
        """Has a code typed, and sends it with a command's header. Raises EntryFailedError, CardError."""
        command = _command(header, code.stored)
        structure = pack(
            "<5BHBBHB3sI", _SECONDS, _SECONDS, _ASCII_FROM_THE_LEFT, 0, 0, _limits(code), _ENDED_BY_OK,
            _VERIFY_MESSAGES, _ENGLISH, 0, bytes(3), len(command),
        )  # fmt: skip
        return _typed(connection, self.verify_direct, structure + command)

    def modify(self, connection: Connection, header: bytes, code: Lengths) -> Answer:
        """Has two codes typed, the second one twice, and sends them. Raises EntryFailedError, CardError."""
        command = _command(header, 2 * code.stored)
        structure = pack(
            "<5BBBHBBBH3B3sI", _SECONDS, _SECONDS, _ASCII_FROM_THE_LEFT, 0, 0, 0, code.stored, _limits(code),
            _OLD_WANTED | _CONFIRMED, _ENDED_BY_OK, _MODIFY_MESSAGES, _ENGLISH, 0, 1, 2, bytes(3), len(command),
        )  # fmt: skip
        return _typed(connection, self.modify_direct, structure + command)


@dataclass(frozen=True, slots=True)
class AtPad:
    """Stands for a code's value that is typed on the reader's keys, each time that the card wants it."""

    pad: PinPad
    announce: Callable[[], None]
    """Says what is to be typed there, right before the reader asks for it."""


CodeGiven = str | AtPad
"""A code's value; or that somebody types it where no program sees it."""


def pin_pad_of(connection: Connection) -> PinPad | None:
    """The keys of the reader; None when it has none. Raises CardError."""
    listed = connection.features()
    whole = listed[: len(listed) - len(listed) % _FEATURE_SIZE]
    features = {tag: control for tag, _, control in iter_unpack(">BBI", whole)}
    verify, modify = features.get(_VERIFY_PIN_DIRECT), features.get(_MODIFY_PIN_DIRECT)
    return None if verify is None and modify is None else PinPad(verify, modify)


def _command(header: bytes, size: int) -> bytes:
    return header + bytes((size,)) + b"\xff" * size


def _limits(code: Lengths) -> int:
    return code.shortest << 8 | min(code.longest, code.stored)


def _typed(connection: Connection, control: int | None, structure: bytes) -> Answer:
    assert control is not None, "the reader was asked what it can do"
    answer = connection.control(control, structure)
    if answer.sw in _FAILURES and not answer.data:
        raise EntryFailedError(_FAILURES[answer.sw])
    return answer

"""Codes: given, changed, set first or anew by another, with the commands of ISO 7816-4, 11.6.

No value is kept, logged or put into an error.
"""

from __future__ import annotations

from dataclasses import dataclass

from cardtools.card.errors import (
    CardDeadError,
    CardError,
    CardRefusedError,
    CodeBlockedError,
    CodeNotSetError,
    CodeRefusedError,
    ImpossibleValueError,
    NewValueRefusedError,
    NotAllowedError,
    NotOnChipError,
    PartLostError,
    WrongCodeError,
)
from cardtools.card.other_sets import not_ours
from cardtools.card.pcsc import OK, Answer, Connection
from cardtools.card.pinpad import AtPad, CodeGiven, Lengths, PinPad
from cardtools.card.status import CodeStatus, read_status

__all__ = [
    "CodeBlockedError", "CodeNotSetError", "CodeRefusedError", "ImpossibleValueError", "NewValueRefusedError",
    "NotAllowedError", "NotOnChipError", "PartLostError", "WrongCodeError", "change", "change_at_pad", "reset",
    "reset_at_pad", "select", "verify",
]  # fmt: skip

_VERIFY, _CHANGE_REFERENCE_DATA, _RESET_RETRY_COUNTER = 0x20, 0x24, 0x2C
_PAD = b"\xff"


@dataclass(frozen=True, slots=True)
class Application:
    """A PKCS#15 application, and how many bytes it keeps of a code."""

    name: bytes
    stored_length: int


_APPLICATIONS = (
    Application(bytes.fromhex("F276A288BCFBA69D34F31001"), 16),  # IsoApplet
    Application(bytes.fromhex("A000000063504B43532D3135"), 8),  # PKCS#15's own name, by which MyEID goes
)


def verify(connection: Connection, code: CodeStatus, value: CodeGiven) -> None:
    """Gives a code, which then holds in this connection.

    Raises CodeRefusedError's kinds, CardDeadError, NotOursError, what `Connection.transmit` raises; EntryFailedError
    for a value that is typed at the reader.
    """
    application = select(connection)
    if isinstance(value, AtPad):
        value.announce()
        header = bytes((0x00, _VERIFY, 0x00, _reference(code)))
        answer = value.pad.verify(connection, header, _lengths(application, code))
    else:
        data = _padded(application, code, value)
        answer = connection.transmit(0x00, _VERIFY, 0x00, _reference(code), data)
    _require(connection, answer, compared=code, set_by_it=code)


def change(connection: Connection, code: CodeStatus, old: str, new: str) -> None:
    """Sets a new value with the old one. Raises what `verify` raises, NewValueRefusedError and NotAllowedError."""
    application = select(connection)
    data = _padded(application, code, old) + _padded(application, code, new)
    answer = connection.transmit(0x00, _CHANGE_REFERENCE_DATA, 0x00, _reference(code), data)
    _require(connection, answer, compared=code, set_by_it=code)


def reset(connection: Connection, code: CodeStatus, by: CodeStatus, by_value: str, new: str) -> None:
    """Sets a code first, sets it anew or unblocks it, with the value of another. A wrong value is `by`'s.

    Raises what `change` raises.
    """
    application = select(connection)
    data = _padded(application, by, by_value) + _padded(application, code, new)
    answer = connection.transmit(0x00, _RESET_RETRY_COUNTER, 0x00, _reference(code), data)
    _require(connection, answer, compared=by, set_by_it=code)


def change_at_pad(connection: Connection, pad: PinPad, code: CodeStatus) -> None:
    """As `change`, with both values typed on the reader's keys. Raises what `change` raises, EntryFailedError."""
    application = select(connection)
    header = bytes((0x00, _CHANGE_REFERENCE_DATA, 0x00, _reference(code)))
    answer = pad.modify(connection, header, _lengths(application, code))
    _require(connection, answer, compared=code, set_by_it=code)


def reset_at_pad(connection: Connection, pad: PinPad, code: CodeStatus, by: CodeStatus) -> None:
    """As `reset`, with both values typed on the reader's keys. Raises what `reset` raises, EntryFailedError."""
    application = select(connection)
    header = bytes((0x00, _RESET_RETRY_COUNTER, 0x00, _reference(code)))
    # The reader knows one pair of bounds for both.
    shortest, longest = min(code.min_length, by.min_length), max(code.max_length, by.max_length)
    answer = pad.modify(connection, header, Lengths(shortest, longest, application.stored_length))
    _require(connection, answer, compared=by, set_by_it=code)


def select(connection: Connection) -> Application:
    """Makes the card's PKCS#15 application the selected one. Raises NotOursError when the card has none."""
    for application in _APPLICATIONS:
        if connection.select_application(application.name):
            return application
    raise not_ours(connection, "the card has no PKCS#15 application")


def _reference(code: CodeStatus) -> int:
    if code.reference is None:
        raise NotOnChipError(code.id, code.name)
    return code.reference


def _lengths(application: Application, code: CodeStatus) -> Lengths:
    return Lengths(code.min_length, code.max_length, application.stored_length)


def _padded(application: Application, code: CodeStatus, value: str) -> bytes:
    octets = value.encode("utf-8", "surrogatepass")
    if not 0 < len(octets) <= application.stored_length:
        raise ImpossibleValueError(code.id, code.name)
    return octets.ljust(application.stored_length, _PAD)


def _require(connection: Connection, answer: Answer, compared: CodeStatus, set_by_it: CodeStatus) -> None:
    """Raises what the answer means, when it is no yes."""
    if answer.sw == OK:
        return
    if answer.sw & 0xFFF0 == 0x63C0:
        raise WrongCodeError(compared.id, compared.name, answer.sw & 0x0F)
    match answer.sw:
        case 0x6983:
            raise _why_blocked(connection, compared)
        case 0x6984:
            raise CodeNotSetError(compared.id, compared.name)
        case 0x6985 | 0x6982:
            raise NotAllowedError(set_by_it.id, set_by_it.name)
        case 0x6A80:
            raise NewValueRefusedError(set_by_it.id, set_by_it.name)
        case 0x6F00:
            raise CardDeadError
        case _:
            raise CardRefusedError(answer.sw, "a command with a code")


def _why_blocked(connection: Connection, code: CodeStatus) -> CardError:
    """6983 stands for a blocked code and for a part that is lost; the card's status tells them apart."""
    status = read_status(connection)
    for part in status.parts:
        if part.lost and status.kind.part_of_code(code.id) == part.id:
            return PartLostError(code.id, code.name, part.id, part.name)
    return CodeBlockedError(code.id, code.name)

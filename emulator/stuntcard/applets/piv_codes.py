"""PIV's codes: the guard of the area shown as 80, the code that sets that one as 81; eight bytes, padded with FF."""

from __future__ import annotations

from collections.abc import Callable

from stuntcard.applets import code_commands
from stuntcard.applets.answers import RefusalError
from stuntcard.applets.code_commands import PAD, CodeCommands, ValueField
from stuntcard.applets.handling import Handler
from stuntcard.applets.shown_area import shown_area
from stuntcard.card.card import Card
from stuntcard.card.memos import Memo
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy.law import unblocking_code
from stuntcard.profile.model import Code

PIN, PUK = 0x80, 0x81
LONGEST = 8
JUST_GIVEN = Memo(False)
"""Whether the PIN was given right before, as the key for signatures wants it."""

_LOG_OUT = 0xFF
_NO_ALGORITHM = 0xFF


class _PaddedField(ValueField):
    """Anything but a value in eight bytes, padded behind, is no value and costs no try."""

    def one(self, data: bytes) -> bytes:
        value = data.rstrip(PAD)
        if len(data) != LONGEST or not value or PAD in value:
            raise RefusalError(StatusWord.INCORRECT_DATA)
        return value

    def two(self, data: bytes) -> tuple[bytes, bytes]:
        return self.one(data[:LONGEST]), self.one(data[LONGEST:])


def guard(card: Card) -> str:
    """The code that clients mean by the PIN."""
    return card.profile.areas[shown_area(card)].guard


def _numbers(card: Card) -> Callable[[Code], int | None]:
    codes, unblocking = card.profile.codes, unblocking_code(card.profile, guard(card))
    pin, puk = codes[guard(card)], None if unblocking is None else codes[unblocking]
    return lambda code: PIN if code is pin else PUK if code is puk else None


def _commands(card: Card) -> CodeCommands:
    return CodeCommands(_PaddedField(LONGEST), _numbers(card))


def codes_concerned(card: Card, command: Command) -> frozenset[str]:
    """The codes that a command gives a value of, or sets."""
    return code_commands.codes_concerned(card, command, _numbers(card))


def _verify(card: Card, command: Command) -> Response:
    """VERIFY of the PIN; nothing asks for the PUK alone."""
    if command.p2 != PIN:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    if command.p1 == _LOG_OUT:
        return _log_out(card, command)
    if not command.data:
        return _commands(card).verify(card, command)
    card.memos.note(JUST_GIVEN, False)
    response = _commands(card).verify(card, command)
    card.memos.note(JUST_GIVEN, response.sw == StatusWord.OK)
    return response


def _log_out(card: Card, command: Command) -> Response:
    """VERIFY with P1 FF takes back that the PIN was given."""
    if command.data:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    card.log_out(guard(card))
    return Response(StatusWord.OK)


def _change(card: Card, command: Command) -> Response:
    return _commands(card).change_reference_data(card, command)


def _reset(card: Card, command: Command) -> Response:
    """RESET RETRY COUNTER sets the PIN by the PUK, and no other code."""
    if command.p2 != PIN:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return _commands(card).reset_retry_counter(card, command)


def metadata(card: Card, reference: int) -> bytes:
    """What Yubico's GET METADATA tells of a code: whether it is still to be changed, its tries and those left."""
    name = guard(card) if reference == PIN else unblocking_code(card.profile, guard(card))
    if name is None:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    code = card.state.codes[name]
    tries = bytes((code.tries_limit, code.tries_left))
    fields = ((0x01, bytes([_NO_ALGORITHM])), (0x05, bytes([code.must_change])), (0x06, tries))
    return b"".join(tlv.encode(tag, value) for tag, value in fields)


HANDLERS: dict[int, Handler] = {
    Instruction.VERIFY: _verify,
    Instruction.CHANGE_REFERENCE_DATA: _change,
    Instruction.RESET_RETRY_COUNTER: _reset,
}

"""The codes of GIDS: one that guards the area shown, 80, and the one that unblocks it, 81. Values have no padding.

Where two values come together nothing tells where the second begins, but the length that the first one has.
"""

from __future__ import annotations

from stuntcard.applets.answers import RefusalError, answer, answer_to_query
from stuntcard.applets.code_commands import concerned
from stuntcard.applets.handling import Handler
from stuntcard.applets.shown_area import shown_area
from stuntcard.card.card import Card
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy.events import Verdict
from stuntcard.policy.law import permits, unblocking_code

USER_CODE, UNBLOCKING_CODE, LOG_OUT = 0x80, 0x81, 0x82
"""P2 of VERIFY; with the last one, which is no code's, all codes count as not given any more."""
LONGEST = 16
STATUS_TAGS = {0x7F71: USER_CODE, 0x7F73: UNBLOCKING_CODE}

_TRIES_LEFT, _TRIES_LIMIT = 0x97, 0x93
_OF_ONE_VALUE = 0x01
"""P1 of a CHANGE that brings the new value alone; whoever prepares a card of this kind sets a code with it."""


def code_numbered(card: Card, number: int) -> str:
    """The code that clients mean by a number. Raises RefusalError (6A88) when there is none such."""
    guard = card.profile.areas[shown_area(card)].guard
    name = {USER_CODE: guard, UNBLOCKING_CODE: unblocking_code(card.profile, guard)}.get(number)
    if name not in card.profile.codes_on_chip:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return str(name)


def status(card: Card, tag: int) -> bytes:
    """The data object that tells how many tries a code has left, and how many at most."""
    code = card.state.codes[code_numbered(card, STATUS_TAGS[tag])]
    tries = tlv.encode(_TRIES_LEFT, bytes([code.tries_left])) + tlv.encode(_TRIES_LIMIT, bytes([code.tries_limit]))
    return tlv.encode(tag, tries)


def codes_concerned(card: Card, command: Command) -> frozenset[str]:
    """The codes that a command gives a value of, or sets."""
    try:
        code = card.profile.codes[code_numbered(card, command.p2)]
    except RefusalError:
        return frozenset()
    unblocks = command.ins == Instruction.RESET_RETRY_COUNTER
    return concerned(card, command, lambda one: one is code, unblocks=unblocks)


def _verify(card: Card, command: Command) -> Response:
    if command.p1:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    if command.p2 == LOG_OUT:
        if command.data:
            raise RefusalError(StatusWord.WRONG_LENGTH)
        card.log_out()
        return Response(StatusWord.OK)
    name = code_numbered(card, command.p2)
    if not command.data:
        return answer_to_query(card.state.codes[name], given=permits(card.state, name))
    if len(command.data) > LONGEST:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    return answer(card.verify(name, command.data), card.state.codes[name])


def _change_reference_data(card: Card, command: Command) -> Response:
    if command.p1 not in (0x00, _OF_ONE_VALUE):
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    name = code_numbered(card, command.p2)
    if command.p1 == _OF_ONE_VALUE:
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
    old, new = _two_values(card, name, command.data)
    return _answer_to_two(card, card.change(name, old, new), name, old)


def _reset_retry_counter(card: Card, command: Command) -> Response:
    if command.p1:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    name = code_numbered(card, command.p2)
    by = unblocking_code(card.profile, name)
    if by is None:
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    value, new = _two_values(card, by, command.data)
    return _answer_to_two(card, card.reset_code(name, by, value, new), by, value)


def _two_values(card: Card, first: str, data: bytes) -> tuple[bytes, bytes]:
    """The value of the first code, as long as its right one is, and the new value."""
    if not 0 < len(data) <= 2 * LONGEST:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    length = len(card.content.values.get(first, b""))
    return data[:length], data[length:]


def _answer_to_two(card: Card, verdict: Verdict, first: str, value: bytes) -> Response:
    """A new value that was refused tells nothing of a wrong first one: that costs its try, or its length were free."""
    if verdict is Verdict.VALUE_REFUSED:
        given = permits(card.state, first)
        of_first = card.verify(first, value)
        if of_first is not Verdict.DONE:
            verdict = of_first
        elif not given:
            card.log_out(first)
    return answer(verdict, card.state.codes[first])


HANDLERS: dict[int, Handler] = {
    Instruction.VERIFY: _verify,
    Instruction.CHANGE_REFERENCE_DATA: _change_reference_data,
    Instruction.RESET_RETRY_COUNTER: _reset_retry_counter,
}

"""Commands on codes that mean the same in every command set (ISO 7816-4, 11.6); only the stored length differs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from stuntcard.applets.answers import RefusalError, answer, answer_to_query, the_code
from stuntcard.applets.handling import Handler
from stuntcard.card.card import Card
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy.law import permits, unblocking_code
from stuntcard.profile.model import Code

PAD = b"\xff"
_ON_CODES = {Instruction.VERIFY, Instruction.CHANGE_REFERENCE_DATA, Instruction.RESET_RETRY_COUNTER}


def code(card: Card, reference: int) -> str:
    """The code of a reference number."""
    return the_code(card.profile, lambda code: code.reference == reference)


def two_values(data: bytes, stored_length: int) -> tuple[bytes, bytes]:
    """Two code values, each padded to the stored length; no other form tells where the second begins."""
    if len(data) != 2 * stored_length:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    return data[:stored_length].rstrip(PAD), data[stored_length:].rstrip(PAD)


def verify(card: Card, command: Command, stored_length: int) -> Response:
    """VERIFY, or without data the question how a code stands."""
    if command.p1:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    name = code(card, command.p2)
    if not command.data:
        return answer_to_query(card.state.codes[name], given=permits(card.state, name))
    if len(command.data) > stored_length:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    verdict = card.verify(name, command.data.rstrip(PAD))
    return answer(verdict, card.state.codes[name])


def change_reference_data(card: Card, command: Command, stored_length: int) -> Response:
    """CHANGE REFERENCE DATA: the old value, then the new one."""
    if command.p1:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    name = code(card, command.p2)
    old, new = two_values(command.data, stored_length)
    return answer(card.change(name, old, new), card.state.codes[name])


def reset_retry_counter(card: Card, command: Command, stored_length: int) -> Response:
    """RESET RETRY COUNTER: the value of the unblocking code, then the new one."""
    if command.p1:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    name = code(card, command.p2)
    by = unblocking_code(card.profile, name)
    if by is None:
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    value, new = two_values(command.data, stored_length)
    return answer(card.reset_code(name, by, value, new), card.state.codes[by])


def codes_concerned(card: Card, command: Command) -> frozenset[str]:
    """The codes that a command of this kind gives a value of, or sets, by the references of ISO 7816-4."""
    unblocks = command.ins == Instruction.RESET_RETRY_COUNTER
    return concerned(card, command, lambda code: code.reference == command.p2, unblocks=unblocks)


def concerned(card: Card, command: Command, is_meant: Callable[[Code], bool], *, unblocks: bool) -> frozenset[str]:
    """The code that is meant, and with `unblocks` the one that unblocks it.

    None for a VERIFY without a value, which only asks how many tries are left.
    """
    if not command.data or command.ins not in _ON_CODES:
        return frozenset()
    name = next((name for name, code in card.profile.codes_on_chip.items() if is_meant(code)), None)
    by = unblocking_code(card.profile, name) if name is not None and unblocks else None
    return frozenset(code for code in (name, by) if code is not None)


def handlers(stored_length: int) -> dict[int, Handler]:
    """The three commands for a command set whose codes have this length."""
    return {
        Instruction.VERIFY: partial(verify, stored_length=stored_length),
        Instruction.CHANGE_REFERENCE_DATA: partial(change_reference_data, stored_length=stored_length),
        Instruction.RESET_RETRY_COUNTER: partial(reset_retry_counter, stored_length=stored_length),
    }

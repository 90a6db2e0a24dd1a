"""Commands on codes that mean the same in every command set (ISO 7816-4, 11.6); only how values are written differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class ValueField:
    """How a code's value stands in a command: in so many bytes, padded. `always`: when it comes alone, too."""

    length: int
    pad: bytes = PAD
    always: bool = False

    def one(self, data: bytes) -> bytes:
        """The value that came alone."""
        if len(data) > self.length or (self.always and len(data) != self.length):
            raise RefusalError(StatusWord.WRONG_LENGTH)
        return data.rstrip(self.pad)

    def two(self, data: bytes) -> tuple[bytes, bytes]:
        """Two values; no form but that with both padded tells where the second begins."""
        if len(data) != 2 * self.length:
            raise RefusalError(StatusWord.WRONG_LENGTH)
        return data[: self.length].rstrip(self.pad), data[self.length :].rstrip(self.pad)


def by_reference(code: Code) -> int | None:
    """The number by which a code goes where a command set has none of its own."""
    return code.reference


def named(card: Card, reference: int, number_of: Callable[[Code], int | None] = by_reference) -> str:
    """The code of a reference number."""
    return the_code(card.profile, lambda code: number_of(code) == reference)


@dataclass(frozen=True, slots=True)
class CodeCommands:
    """The three commands, for a command set with such fields and numbers of codes."""

    field: ValueField
    number_of: Callable[[Code], int | None] = by_reference

    def verify(self, card: Card, command: Command) -> Response:
        """VERIFY, or without data the question how a code stands."""
        name = self._meant(card, command)
        if not command.data:
            return answer_to_query(card.state.codes[name], given=permits(card.state, name))
        verdict = card.verify(name, self.field.one(command.data))
        return answer(verdict, card.state.codes[name])

    def change_reference_data(self, card: Card, command: Command) -> Response:
        """CHANGE REFERENCE DATA: the old value, then the new one."""
        name = self._meant(card, command)
        old, new = self.field.two(command.data)
        return answer(card.change(name, old, new), card.state.codes[name])

    def reset_retry_counter(self, card: Card, command: Command) -> Response:
        """RESET RETRY COUNTER: the value of the unblocking code, then the new one."""
        name = self._meant(card, command)
        by = unblocking_code(card.profile, name)
        if by is None:
            raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
        value, new = self.field.two(command.data)
        return answer(card.reset_code(name, by, value, new), card.state.codes[by])

    def _meant(self, card: Card, command: Command) -> str:
        if command.p1:
            raise RefusalError(StatusWord.INCORRECT_P1P2)
        return named(card, command.p2, self.number_of)

    def handlers(self) -> dict[int, Handler]:
        """The handlers by instruction."""
        return {
            Instruction.VERIFY: self.verify,
            Instruction.CHANGE_REFERENCE_DATA: self.change_reference_data,
            Instruction.RESET_RETRY_COUNTER: self.reset_retry_counter,
        }


def codes_concerned(
    card: Card, command: Command, number_of: Callable[[Code], int | None] = by_reference
) -> frozenset[str]:
    """The codes that a command of this kind gives a value of, or sets, by the numbers of a command set."""
    unblocks = command.ins == Instruction.RESET_RETRY_COUNTER
    return concerned(card, command, lambda code: number_of(code) == command.p2, unblocks=unblocks)


def concerned(card: Card, command: Command, is_meant: Callable[[Code], bool], *, unblocks: bool) -> frozenset[str]:
    """The code that is meant, and with `unblocks` the one that unblocks it.

    None for a VERIFY without a value, which only asks how many tries are left.
    """
    if not command.data or command.ins not in _ON_CODES:
        return frozenset()
    name = next((name for name, code in card.profile.codes_on_chip.items() if is_meant(code)), None)
    by = unblocking_code(card.profile, name) if name is not None and unblocks else None
    return frozenset(code for code in (name, by) if code is not None)

"""What people are told of a failure, and what the command ends with."""

from __future__ import annotations

from collections.abc import Iterator

from cardtools.card.errors import (
    CodeBlockedError,
    CodeNotSetError,
    NoSuchReaderError,
    SeveralCardsError,
    WrongCodeError,
)
from cardtools.card.status import CardStatus, CodeStatus
from cardtools.common.exit_codes import ExitCode
from cardtools.common.prompt import MismatchError, PromptError
from cardtools.common.told import Name, Told, ToldError
from cardtools.manager.model.advice import Advice, advice
from cardtools.manager.model.code_actions import CodeAction, code_by, why_not
from cardtools.manager.model.refusals import ManagerError

_BAD_INPUT = (NoSuchReaderError, SeveralCardsError, PromptError)


def sentences(error: ToldError, card: CardStatus | None) -> Iterator[Told]:
    """What happened, and what a wrong or blocked code of the card, as it was read, leads to."""
    yield error
    if card is None:
        return
    match error:
        case CodeNotSetError():
            yield from _first_setting(card, card.code(error.code))
        case WrongCodeError():
            yield from advice(card, card.code(error.code), blocked=error.tries_left == 0)
        case CodeBlockedError():
            yield from advice(card, card.code(error.code), blocked=True)


def exit_code_of(error: ToldError) -> ExitCode:
    """What the command ends with."""
    if isinstance(error, ManagerError):
        return error.exit_code
    bad_input = isinstance(error, _BAD_INPUT) and not isinstance(error, MismatchError)
    return ExitCode.BAD_INPUT if bad_input else ExitCode.REFUSED


def _first_setting(card: CardStatus, code: CodeStatus) -> Iterator[Told]:
    """How a code that has no value gets one."""
    reason = why_not(card, code, CodeAction.SET_FIRST)
    if reason is not None:
        yield reason
    elif (by := code_by(card, code)) is not None:
        yield Advice("way-set-first", {"code": Name(code.name), "by": Name(by.name), "id": code.id})

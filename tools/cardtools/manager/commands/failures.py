"""What people are told of a failure, and what the command ends with."""

from __future__ import annotations

from collections.abc import Iterator

from cardtools.card.endings import exit_code_for
from cardtools.card.errors import CodeBlockedError, CodeNotSetError, WrongCodeError
from cardtools.card.status import CardStatus, CodeStatus
from cardtools.common.exit_codes import ExitCode
from cardtools.common.told import Name, Told, ToldError
from cardtools.manager.model.advice import Advice, advice
from cardtools.manager.model.code_actions import CodeAction, code_by, why_not
from cardtools.manager.model.refusals import ManagerError


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
    return exit_code_for(error)


def _first_setting(card: CardStatus, code: CodeStatus) -> Iterator[Told]:
    """How a code that has no value gets one."""
    reason = why_not(card, code, CodeAction.SET_FIRST)
    if reason is not None:
        yield reason
    elif (by := code_by(card, code)) is not None:
        yield Advice("way-set-first", {"code": Name(code.name), "by": Name(by.name), "id": code.id})

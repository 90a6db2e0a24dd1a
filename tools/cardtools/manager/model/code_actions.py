"""What can be done with a card's codes, and why something can't.

Which code sets which, and what comes of a blocked one, the card tells (`manage`).
"""

from __future__ import annotations

from enum import StrEnum

from cardtools.card.consequences import AtNone, fate
from cardtools.card.errors import (
    CardDeadError,
    CodeBlockedError,
    CodeNotSetError,
    NotAllowedError,
    NotOnChipError,
    PartLostError,
)
from cardtools.card.status import CardStatus, CodeState, CodeStatus
from cardtools.common.told import Name, ToldError
from cardtools.manager.model.refusals import ManagerError, UsageError


class CodeAction(StrEnum):
    """What a holder does with a code."""

    CHANGE = "change"
    UNBLOCK = "unblock"
    SET_FIRST = "set-first"


def find_code(card: CardStatus, name: str) -> CodeStatus:
    """A code by its id or its name, in upper or lower case. Raises UsageError."""
    wanted = name.casefold()
    for code in card.codes:
        if wanted in (code.id.casefold(), code.name.casefold()):
            return code
    raise UsageError("no-such-code", given=name, known=", ".join(code.id for code in card.codes))


def code_by(card: CardStatus, code: CodeStatus) -> CodeStatus | None:
    """The code that sets this one, where there is one."""
    return next((other for other in card.codes if other.id == code.unblocked_by), None)


def possible_actions(card: CardStatus, code: CodeStatus) -> tuple[CodeAction, ...]:
    """What can be done with a code now."""
    return tuple(action for action in CodeAction if why_not(card, code, action) is None)


def why_not(card: CardStatus, code: CodeStatus, action: CodeAction) -> ToldError | None:
    """Why that can't be done with the code; None when it can. Known without asking the card."""
    if card.dead:
        return CardDeadError()
    part = card.kind.part_of_code(code.id)
    for known in card.parts:
        if known.id == part and known.lost:
            return PartLostError(code.id, code.name, known.id, known.name)
    if code.reference is None:
        return NotOnChipError(code.id, code.name)
    at_none = fate(card, code)
    match action:
        case CodeAction.CHANGE:
            return _why_no_change(code)
        case CodeAction.UNBLOCK:
            return _why_no_unblocking(card, code, at_none)
        case CodeAction.SET_FIRST:
            return _why_no_first_setting(card, code, at_none)


def _why_no_change(code: CodeStatus) -> ToldError | None:
    if not code.changeable:
        return ManagerError("not-changeable", code=Name(code.name))
    if code.state is CodeState.NOT_SET:
        return CodeNotSetError(code.id, code.name)
    return CodeBlockedError(code.id, code.name) if code.state is CodeState.BLOCKED else None


def _why_no_unblocking(card: CardStatus, code: CodeStatus, at_none: AtNone) -> ToldError | None:
    if code.state is CodeState.NOT_SET:
        return CodeNotSetError(code.id, code.name)
    by = code_by(card, code)
    if at_none is AtNone.OFFICE:
        return ManagerError("unblocked-at-office", code=Name(code.name))
    if by is None or at_none is not AtNone.UNBLOCK:
        return ManagerError("nothing-unblocks", code=Name(code.name))
    return _why_by_does_not_serve(card, code, by)


def _why_no_first_setting(card: CardStatus, code: CodeStatus, at_none: AtNone) -> ToldError | None:
    if code.state is not CodeState.NOT_SET:
        return ManagerError("set-already", code=Name(code.name), id=code.id)
    by = code_by(card, code)
    if at_none is AtNone.OFFICE:
        return ManagerError("set-at-office", code=Name(code.name))
    if by is None:
        return NotAllowedError(code.id, code.name)
    return _why_by_does_not_serve(card, code, by)


def _why_by_does_not_serve(card: CardStatus, code: CodeStatus, by: CodeStatus) -> ToldError | None:
    office = _office_sets(card, by)
    names = {"code": Name(code.name), "by": Name(by.name)}
    if by.state is CodeState.BLOCKED:
        return ManagerError("by-is-blocked-office" if office else "by-is-blocked", **names)
    if by.state is CodeState.NOT_SET:
        return ManagerError("by-is-not-set-office" if office else "by-is-not-set", **names)
    return None


def _office_sets(card: CardStatus, code: CodeStatus) -> bool:
    """Whether the way to this code begins at the office, since no code of the card that is set leads to it."""
    if fate(card, code) is AtNone.OFFICE:
        return True
    by = code_by(card, code)
    return by is not None and by.state is not CodeState.SET and _office_sets(card, by)

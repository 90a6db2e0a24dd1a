"""What becomes of a code, and of the card, when its last try is gone. The card itself tells what follows from what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cardtools.card.kind import CARD, CodeKind, CodeState, End
from cardtools.card.status import CardStatus, CodeStatus
from cardtools.common.told import Name, Value

_UNTOLD = CodeKind(set_from=frozenset(CodeState))
"""What is taken to be so of a code of an older card, which does not tell its kind."""


class AtNone(StrEnum):
    """What becomes of a code with its last try."""

    UNBLOCK = "unblock"
    """Blocked; another code sets it again."""
    OFFICE = "office"
    """Blocked; only somebody off the card sets it again."""
    FOR_GOOD = "for-good"
    """Blocked, and nothing sets it again."""
    PART_LOST = "part-lost"
    """A part of the card is lost."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What becomes of a card, to be told to people."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    number: None = None


def fate(status: CardStatus, code: CodeStatus) -> AtNone:
    """What becomes of a code of this card at its last wrong try, its other codes being as they are."""
    if part_lost_with(status, code) is not None:
        return AtNone.PART_LOST
    known = status.kind.codes.get(code.id, _UNTOLD)
    if code.unblocked_by is not None and CodeState.BLOCKED in known.set_from:
        return AtNone.UNBLOCK
    return AtNone.OFFICE if CodeState.BLOCKED in known.set_off_card else AtNone.FOR_GOOD


def part_lost_with(status: CardStatus, code: CodeStatus) -> str | None:
    """The id of the part that is lost with this code's last try; None where none is."""
    ends = (end for end in status.kind.ends_with(code.id) if end.part != CARD)
    return next((end.part for end in ends if not _others_not_blocked(status, code, end)), None)


def ends_of_card(status: CardStatus, code: CodeStatus) -> tuple[End, ...]:
    """The ways in which this code's last try has a share in the end of the whole card."""
    return tuple(end for end in status.kind.ends_with(code.id) if end.part == CARD)


def at_none(status: CardStatus, code: CodeStatus) -> Consequence:
    """What happens to a code of this card at its last wrong try."""
    name = Name(code.name)
    match fate(status, code):
        case AtNone.UNBLOCK:
            return Consequence("at-none-unblock", {"code": name, "by": Name(status.code(code.unblocked_by or "").name)})
        case AtNone.OFFICE:
            return Consequence("at-none-office", {"code": name})
        case AtNone.PART_LOST:
            part = status.part(part_lost_with(status, code) or "")
            return Consequence("at-none-part-lost", {"code": name, "part": Name(part.name)})
        case AtNone.FOR_GOOD:
            return Consequence("at-none-for-good", {"code": name})


def blocked_with(status: CardStatus, code: CodeStatus) -> Consequence | None:
    """Which other codes are blocked along with this one (EO-12); None where none is."""
    known = status.kind.codes.get(code.id, CodeKind())
    if not known.blocks:
        return None
    names = ", ".join(status.code(name).name for name in known.blocks)
    return Consequence("at-none-blocks-too", {"code": Name(code.name), "others": names})


def destroyed(status: CardStatus, code: CodeStatus) -> Consequence | None:
    """What happens to the whole card when this code is blocked along with others; None where nothing does."""
    for end in ends_of_card(status, code):
        if len(end.codes) > 1:
            return Consequence("at-none-destroys", {"codes": ", ".join(status.code(name).name for name in end.codes)})
    return None


def _others_not_blocked(status: CardStatus, code: CodeStatus, end: End) -> list[CodeStatus]:
    others = [status.code(name) for name in end.codes if name != code.id]
    return [other for other in others if other.state is not CodeState.BLOCKED]

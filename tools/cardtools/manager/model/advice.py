"""What a wrong or a blocked code leads to, and the way out, while the card's other codes are as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cardtools.card.consequences import AtNone, at_none, blocked_with, destroyed, ends_of_card, fate, part_lost_with
from cardtools.card.kind import End
from cardtools.card.status import CardStatus, CodeState, CodeStatus
from cardtools.common.told import Name, Told, Value


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence of advice."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    number: None = None


def advice(card: CardStatus, code: CodeStatus, *, blocked: bool) -> list[Told]:
    """What happens when the code's last try is used up, or what is to be done now that it is blocked."""
    if end := _end_now(card, code):
        return [_destruction(card, code, end, blocked)]
    told: list[Told] = [_way_out(card, code) if blocked else _at_none(card, code)]
    if not blocked and (sentence := blocked_with(card, code)):
        told.append(sentence)
    if _one_is_blocked(card, code) and (sentence := destroyed(card, code)):
        told.append(sentence)
    return told


def _at_none(card: CardStatus, code: CodeStatus) -> Told:
    """The last try's consequence; a code whose unblocking code is itself blocked is lost for good."""
    if fate(card, code) is AtNone.UNBLOCK and not _by_serves(card, code):
        return Advice("at-none-for-good", {"code": Name(code.name)})
    return at_none(card, code)


def _way_out(card: CardStatus, code: CodeStatus) -> Told:
    name = Name(code.name)
    by = next((other for other in card.codes if other.id == code.unblocked_by), None)
    match fate(card, code):
        case AtNone.UNBLOCK if by is not None and by.state is CodeState.SET:
            return Advice("way-unblock", {"code": name, "by": Name(by.name), "id": code.id})
        case AtNone.UNBLOCK if by is not None and fate(card, by) is AtNone.OFFICE:
            return Advice("way-office", {"code": name})
        case AtNone.OFFICE:
            return Advice("way-office", {"code": name})
        case AtNone.PART_LOST:
            part = card.part(part_lost_with(card, code) or "")
            return Advice("way-part-lost", {"part": Name(part.name)})
        case _:
            return Advice("way-none", {"code": name})


def _by_serves(card: CardStatus, code: CodeStatus) -> bool:
    return any(other.id == code.unblocked_by and other.state is CodeState.SET for other in card.codes)


def _others(card: CardStatus, code: CodeStatus, end: End) -> list[CodeStatus]:
    return [card.code(name) for name in end.codes if name != code.id]


def _one_is_blocked(card: CardStatus, code: CodeStatus) -> bool:
    """Whether one of the codes with which this one can destroy the card is blocked already."""
    return any(
        other.state is CodeState.BLOCKED for end in ends_of_card(card, code) for other in _others(card, code, end)
    )


def _end_now(card: CardStatus, code: CodeStatus) -> End | None:
    """The end of the card, where this code is the last one that keeps it alive (PQ-06)."""
    for end in ends_of_card(card, code):
        if all(other.state is CodeState.BLOCKED for other in _others(card, code, end)):
            return end
    return None


def _destruction(card: CardStatus, code: CodeStatus, end: End, blocked: bool) -> Told:
    if blocked:
        return Advice("way-destroyed")
    others = ", ".join(other.name for other in _others(card, code, end))
    if not others:
        return Advice("at-none-destroys-alone", {"code": Name(code.name)})
    return Advice("at-none-destroys-now", {"code": Name(code.name), "others": others})

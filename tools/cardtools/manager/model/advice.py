"""What a wrong or a blocked code leads to, and the way out, while the card's other codes are as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cardtools.card.consequences import at_none, blocked_with, destroyed
from cardtools.card.status import CardStatus, CodeState, CodeStatus
from cardtools.common.devices import AtNone, Device, UnknownDeviceError, find_device
from cardtools.common.told import Name, Told, Value


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence of advice."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    number: None = None


def advice(card: CardStatus, code: CodeStatus, *, blocked: bool) -> list[Told]:
    """What happens when the code's last try is used up, or what is to be done now that it is blocked."""
    try:
        device = find_device(card.profile)
    except UnknownDeviceError:
        return []
    if _destroys(device, card, code):
        return [_destruction(device, card, code, blocked)]
    told: list[Told] = []
    if sentence := _way_out(device, card, code) if blocked else _at_none(device, card, code):
        told.append(sentence)
    if not blocked and (sentence := blocked_with(device, card, code)):
        told.append(sentence)
    if _others_blocked(device, card, code) and (sentence := destroyed(device, card, code)):
        told.append(sentence)
    return told


def _at_none(device: Device, card: CardStatus, code: CodeStatus) -> Told | None:
    """The last try's consequence; a code whose unblocking code is itself blocked is lost for good."""
    if device.codes[code.id].at_none is AtNone.UNBLOCK and not _by_serves(card, code):
        return Advice("at-none-for-good", {"code": Name(code.name)})
    return at_none(device, card, code)


def _way_out(device: Device, card: CardStatus, code: CodeStatus) -> Told | None:
    name = Name(code.name)
    match device.codes[code.id].at_none:
        case AtNone.UNBLOCK if _by_serves(card, code):
            by = card.code(code.unblocked_by or "")
            return Advice("way-unblock", {"code": name, "by": Name(by.name), "id": code.id})
        case AtNone.UNBLOCK if code.unblocked_by and device.codes[code.unblocked_by].at_none is AtNone.OFFICE:
            return Advice("way-office", {"code": name})
        case AtNone.OFFICE:
            return Advice("way-office", {"code": name})
        case AtNone.PART_LOST:
            part = card.part(device.part_of_code(code.id) or "")
            return Advice("way-part-lost", {"part": Name(part.name)})
        case _:
            return Advice("way-none", {"code": name})


def _by_serves(card: CardStatus, code: CodeStatus) -> bool:
    return any(other.id == code.unblocked_by and other.state is CodeState.SET for other in card.codes)


def _others_blocked(device: Device, card: CardStatus, code: CodeStatus) -> list[CodeStatus]:
    """Those codes, blocked already, with which this one can destroy the card."""
    if code.id not in device.destroying_codes:
        return []
    others = [card.code(name) for name in device.destroying_codes if name != code.id]
    return [other for other in others if other.state is CodeState.BLOCKED]


def _destroys(device: Device, card: CardStatus, code: CodeStatus) -> bool:
    """Whether this code is the last one that keeps the card alive (PQ-06)."""
    if code.id not in device.destroying_codes:
        return False
    return len(_others_blocked(device, card, code)) == len(device.destroying_codes) - 1


def _destruction(device: Device, card: CardStatus, code: CodeStatus, blocked: bool) -> Told:
    if blocked:
        return Advice("way-destroyed")
    others = ", ".join(other.name for other in _others_blocked(device, card, code))
    return Advice("at-none-destroys-now", {"code": Name(code.name), "others": others})

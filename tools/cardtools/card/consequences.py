"""What becomes of a code, and of the card, when its last try is gone."""

from __future__ import annotations

from cardtools.card.status import CardStatus, CodeStatus
from cardtools.common.devices import AtNone, Consequence, Device
from cardtools.common.told import Name


def at_none(device: Device, status: CardStatus, code: CodeStatus) -> Consequence | None:
    """What happens to a code of this card at its last wrong try; None for a code that the device data does not know."""
    known = device.codes.get(code.id)
    if known is None:
        return None
    name = Name(code.name)
    match known.at_none:
        case AtNone.UNBLOCK if code.unblocked_by is not None:
            return Consequence("at-none-unblock", {"code": name, "by": Name(status.code(code.unblocked_by).name)})
        case AtNone.OFFICE:
            return Consequence("at-none-office", {"code": name})
        case AtNone.PART_LOST:
            part = device.part_of_code(code.id) or code.id
            return Consequence("at-none-part-lost", {"code": name, "part": Name(status.part(part).name)})
        case _:
            return Consequence("at-none-for-good", {"code": name})


def blocked_with(device: Device, status: CardStatus, code: CodeStatus) -> Consequence | None:
    """Which other codes are blocked along with this one (EO-12); None where none is."""
    known = device.codes.get(code.id)
    if known is None or not known.blocks:
        return None
    names = ", ".join(status.code(name).name for name in known.blocks)
    return Consequence("at-none-blocks-too", {"code": Name(code.name), "others": names})


def destroyed(device: Device, status: CardStatus, code: CodeStatus) -> Consequence | None:
    """What happens to the whole card when this code is blocked along with others; None where nothing does."""
    if code.id not in device.destroying_codes:
        return None
    names = ", ".join(status.code(name).name for name in device.destroying_codes)
    return Consequence("at-none-destroys", {"codes": names})

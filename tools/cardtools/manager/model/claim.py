"""Whether a card is ready for a warranty claim (PQ-27): no user's certificates left, and codes at factory values.

A code's value is never visible. One that must still be changed has its factory value for certain; of one that was
changed only a try can tell, which costs that try when the code is another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cardtools.card import codes as card_codes
from cardtools.card.errors import WrongCodeError
from cardtools.card.pcsc import Connection
from cardtools.card.status import CodeState, CodeStatus
from cardtools.common.devices import UnknownDeviceError, Warranty, find_device
from cardtools.manager.model.describing import card_name
from cardtools.manager.model.inventory import Container, Inventory
from cardtools.manager.model.refusals import ManagerError


class KnownValue(StrEnum):
    """What is known of a code's value."""

    FACTORY = "factory"
    OTHER = "other"
    BLOCKED = "blocked"
    NOT_SET = "not-set"
    UNKNOWN = "unknown"
    LAST_TRY = "last-try"
    """Unknown, and not found out, since the code has one try left."""


@dataclass(frozen=True, slots=True)
class CodeReadiness:
    """A code of the claim's conditions, and what is known of its value."""

    code: CodeStatus
    factory_value: str
    value: KnownValue


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a card still has on it, and its codes."""

    objects: tuple[Container, ...]
    codes: tuple[CodeReadiness, ...]

    @property
    def ready(self) -> bool | None:
        """Whether the card is ready; None when its codes don't let us tell."""
        if self.objects or any(
            found.value in (KnownValue.OTHER, KnownValue.BLOCKED, KnownValue.NOT_SET) for found in self.codes
        ):
            return False
        return None if any(found.value is not KnownValue.FACTORY for found in self.codes) else True


def readiness_of(inventory: Inventory) -> Readiness:
    """What can be seen without giving the card any code. Raises ManagerError for a card without such conditions."""
    card = inventory.card
    values = _warranty(inventory).factory_values
    codes = tuple(
        CodeReadiness(code, values[code.id], _visible_value(code)) for code in card.codes if code.id in values
    )
    return Readiness(tuple(item for item in inventory.containers if not item.from_factory), codes)


def with_codes_tried(connection: Connection, readiness: Readiness) -> Readiness:
    """The same, with the codes tried whose value is not visible; never one with its last try. Raises CardError."""
    return Readiness(readiness.objects, tuple(_tried(connection, found) for found in readiness.codes))


def _warranty(inventory: Inventory) -> Warranty:
    try:
        warranty = find_device(inventory.card.profile).warranty
    except UnknownDeviceError:
        warranty = None
    if warranty is None:
        raise ManagerError("no-warranty-rule", card=card_name(inventory.card))
    return warranty


def _visible_value(code: CodeStatus) -> KnownValue:
    match code.state:
        case CodeState.BLOCKED:
            return KnownValue.BLOCKED
        case CodeState.NOT_SET:
            return KnownValue.NOT_SET
        case CodeState.SET:
            return KnownValue.FACTORY if code.must_change else KnownValue.UNKNOWN


def _tried(connection: Connection, found: CodeReadiness) -> CodeReadiness:
    if found.value is not KnownValue.UNKNOWN:
        return found
    if found.code.tries_left <= 1:
        return CodeReadiness(found.code, found.factory_value, KnownValue.LAST_TRY)
    try:
        card_codes.verify(connection, found.code, found.factory_value)
    except WrongCodeError:
        return CodeReadiness(found.code, found.factory_value, KnownValue.OTHER)
    return CodeReadiness(found.code, found.factory_value, KnownValue.FACTORY)

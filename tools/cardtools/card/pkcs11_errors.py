"""What an error of the PKCS#11 module means, which only the card's status tells."""

from __future__ import annotations

from dataclasses import dataclass

import pkcs11

from cardtools.card.errors import (
    CardError,
    CodeBlockedError,
    CodeNotSetError,
    KeyNotTakenError,
    NoPlaceError,
    NoSpaceError,
    TokenRefusedError,
    WrongCodeError,
)
from cardtools.card.pinpad import EntryFailedError
from cardtools.card.status import CardStatus, CodeState

GONE = (pkcs11.DeviceRemoved, pkcs11.TokenNotPresent, pkcs11.TokenNotRecognised, pkcs11.SlotIDInvalid)
"""Errors of a card that is not there any more, whose status can't be asked."""

_KEY_NOT_TAKEN = (
    pkcs11.KeySizeRange,
    pkcs11.KeyTypeInconsistent,
    pkcs11.MechanismInvalid,
    pkcs11.MechanismParamInvalid,
    pkcs11.DomainParamsInvalid,
    pkcs11.FunctionNotSupported,  # what OpenSC gives for a size of RSA key that the card's driver does not offer
)


@dataclass(frozen=True, slots=True)
class WantedKey:
    """A key that is to come into an area, and of what kind."""

    area: str
    kind: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What the module is used for: in words for developers, the ids of the codes to log in with, a key to come."""

    what: str
    log_in: tuple[str, ...] = ()
    wanted: WantedKey | None = None


def meaning_of(error: pkcs11.PKCS11Error, operation: Operation, status: CardStatus, *, at_pad: bool) -> CardError:
    """What an error means, seen with the card's status after it. `at_pad`: codes were typed at the reader."""
    if at_pad and isinstance(error, pkcs11.FunctionCancelled):
        return EntryFailedError("pinpad-no-entry")
    if at_pad and isinstance(error, pkcs11.PinLenRange):
        return EntryFailedError("pinpad-length")
    for code in map(status.code, dict.fromkeys(operation.log_in)):
        if code.state is CodeState.BLOCKED:
            return CodeBlockedError(code.id, code.name)
        if code.state is CodeState.NOT_SET:
            return CodeNotSetError(code.id, code.name)
        if isinstance(error, pkcs11.PinIncorrect) and code.tries_left < code.tries_limit:
            # Changed by somebody since the code was shown to the card.
            return WrongCodeError(code.id, code.name, code.tries_left)
    if operation.wanted is not None:
        area = status.area(operation.wanted.area)
        if area.full:
            return NoPlaceError(area.id, area.name, area.places or 0)
        if isinstance(error, _KEY_NOT_TAKEN):
            return KeyNotTakenError(operation.wanted.kind)
    if isinstance(error, pkcs11.DeviceMemory):
        return NoSpaceError()
    return TokenRefusedError(type(error).__name__, operation.what)

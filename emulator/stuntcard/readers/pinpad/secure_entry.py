"""From a program's structure to the card's answer, with a code in between that no program sees (PC/SC part 10, 2.5)."""

from __future__ import annotations

from collections.abc import Callable

from stuntcard.readers.pinpad.features import Feature
from stuntcard.readers.pinpad.pad import EntryError, Failure, PinPad, Prompt
from stuntcard.readers.pinpad.structures import Modify, StructureError, Verify, parse_modify, parse_verify

_INVALID_STRUCTURE = 0x6B80


def enter_and_send(
    feature: Feature, raw: bytes, pad: PinPad, wanted: Callable[[], bool], send: Callable[[bytes], bytes]
) -> bytes:
    """Has a code typed and the command with it sent; gives the card's answer, or the reader's own status word."""
    try:
        with pad.used():
            if feature is Feature.VERIFY_PIN_DIRECT:
                command = _verify(parse_verify(raw), pad, wanted)
            else:
                command = _modify(parse_modify(raw), pad, wanted)
    except StructureError:
        return _INVALID_STRUCTURE.to_bytes(2)
    except EntryError as error:
        return error.failure.value.to_bytes(2)
    return send(command)


def _verify(asked: Verify, pad: PinPad, wanted: Callable[[], bool]) -> bytes:
    return asked.filled(pad.enter(Prompt.CODE, asked.entry, wanted))


def _modify(asked: Modify, pad: PinPad, wanted: Callable[[], bool]) -> bytes:
    old = pad.enter(Prompt.OLD_CODE, asked.entry, wanted) if asked.old_wanted else None
    new = pad.enter(Prompt.NEW_CODE, asked.entry, wanted)
    if asked.confirmed and pad.enter(Prompt.CONFIRMATION, asked.entry, wanted) != new:
        raise EntryError(Failure.MISMATCH)
    return asked.filled(old, new)

"""The slots that OpenSC shows of one card, one a code, and sessions on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pkcs11
from pkcs11.types import PROTECTED_AUTH

from cardtools.card.errors import CardGoneError, NoSlotError
from cardtools.card.pinpad import AtPad, CodeGiven
from cardtools.card.status import CodeStatus

_READERS_SEEN = 4
"""So many readers OpenSC has slots for: 16, and four for each, unless it is told otherwise (max_virtual_slots)."""
_USUAL_LABEL = "PIN"
"""The label of a code that OpenSC leaves out of its slot's name."""


def tokens_by_code(
    slots: Sequence[pkcs11.Slot], reader: str, codes: Sequence[CodeStatus], labels: Mapping[int, str]
) -> dict[str, pkcs11.Token]:
    """The tokens of the card in a reader, by the id of the code that logs in to each.

    Raises CardGoneError when there is none, and NoSlotError when the module has no slot left for that reader.

    `labels` are those of the codes in the card's directory, by the codes' reference numbers.
    """
    # OpenSC has the reader's name as the slot's description, cut to its length.
    here = [slot for slot in slots if reader.startswith(slot.slot_description)]
    if not here and len({slot.slot_description for slot in slots}) >= _READERS_SEEN:
        raise NoSlotError
    ids = {labels.get(code.reference): code.id for code in codes if code.reference is not None}
    found: dict[str, pkcs11.Token] = {}
    for slot in here:
        token = slot.get_token()
        label = next((name for name in ids if name and token.label.endswith(f"({name})")), _USUAL_LABEL)
        if label in ids:
            found.setdefault(ids[label], token)
    if not found:
        raise CardGoneError
    return found


class OpenSlots:
    """Sessions on the slots of one card, logged in where a code was given, or is typed at the reader now."""

    def __init__(self, tokens: Mapping[str, pkcs11.Token], values: Mapping[str, CodeGiven]) -> None:
        self._sessions: dict[str, pkcs11.Session] = {}
        for name, value in values.items():
            if name not in tokens:
                raise CardGoneError
            if isinstance(value, AtPad):
                value.announce()
                self._sessions[name] = tokens[name].open(rw=True, user_pin=PROTECTED_AUTH)
            else:
                self._sessions[name] = tokens[name].open(rw=True, user_pin=value)
        for name, token in tokens.items():
            if name not in self._sessions:
                self._sessions[name] = token.open(rw=True)

    @property
    def sessions(self) -> Sequence[pkcs11.Session]:
        """One session a slot."""
        return tuple(self._sessions.values())

    def session(self, code: str) -> pkcs11.Session:
        """The session on the slot of a code."""
        return self._sessions[code]

"""Stuntcard's own read-only application, for what PKCS#15 has no words for. See docs/manage-applet.md, tag by tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from emulator.card.card import Card
from emulator.card.view import ALIVE, CardView, view
from emulator.iso7816 import tlv
from emulator.iso7816.apdu import Command, Response
from emulator.iso7816.instructions import Instruction
from emulator.iso7816.status import StatusWord
from emulator.policy.state import Origin
from emulator.profile.model import CodeStatus

NAME = bytes.fromhex("F05354554E5401")
FORMAT_VERSION = 1
NONE = 0xFF
"""Stands for "there is none" where a one-byte field has no value."""

CARD_TAG, CODES_TAG, AREAS_TAG, PARTS_TAG, KEYS_TAG = 0xE0, 0xE1, 0xE2, 0xE3, 0xE4
_ENTRY = 0xA0

_OPERATIONAL, _DEAD = 0x05, 0x0C
_CODE_STATES = {CodeStatus.NOT_SET: 0, CodeStatus.SET: 1, CodeStatus.BLOCKED: 2}
_ORIGINS = {Origin.MADE: 0, Origin.IMPORTED: 1, Origin.FACTORY: 2, None: NONE}

Field = int | bool | str | bytes


class Manage:
    """The applet. It changes nothing on the card."""

    name = NAME

    def select(self, card: Card, command: Command) -> Response:  # noqa: ARG002 - the protocol of applets
        """Selected by name; the answer is the version of the format."""
        return Response(
            StatusWord.OK,
            tlv.encode(0x6F, tlv.encode(0x84, NAME) + tlv.encode(0x80, bytes([FORMAT_VERSION]))),
        )

    def handle(self, card: Card, command: Command) -> Response:
        """GET DATA of one of the tags; anything else with 6E00, 6D00 or 6A88."""
        if command.cla:
            return Response(StatusWord.CLA_NOT_SUPPORTED)
        if command.ins != Instruction.GET_DATA:
            return Response(StatusWord.INS_NOT_SUPPORTED)
        encode = _TEMPLATES.get(command.p1p2)
        if encode is None:
            return Response(StatusWord.REFERENCED_DATA_NOT_FOUND)
        return Response(StatusWord.OK, tlv.encode(command.p1p2, encode(view(card.profile, card.content))))


def _fields(*values: Field | None) -> bytes:
    """Fields tagged 80, 81 … in order; a value of None leaves its tag out."""
    tagged = ((0x80 + position, value) for position, value in enumerate(values) if value is not None)
    return b"".join(tlv.encode(tag, _octets(value)) for tag, value in tagged)


def _octets(value: Field) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode("utf-8") if isinstance(value, str) else value.to_bytes(max(1, (value.bit_length() + 7) // 8))


def _entries(bodies: Iterable[bytes]) -> bytes:
    return b"".join(tlv.encode(_ENTRY, body) for body in bodies)


def _card(seen: CardView) -> bytes:
    life_cycle = _OPERATIONAL if seen.life_cycle == ALIVE else _DEAD
    return _fields(FORMAT_VERSION, seen.profile, bytes.fromhex(seen.serial), life_cycle)


def _codes(seen: CardView) -> bytes:
    return _entries(
        _fields(
            name,
            code.name,
            code.reference,
            _CODE_STATES[code.state],
            code.tries_left,
            code.tries_limit,
            code.tries_max,
            code.must_change,
            code.min_length,
            code.max_length,
            code.one_use,
            code.unblocked_by,
        )
        for name, code in seen.codes.items()
    )


def _areas(seen: CardView) -> bytes:
    return _entries(_fields(name, area.name, area.guard, area.places, area.used) for name, area in seen.areas.items())


def _parts(seen: CardView) -> bytes:
    return _entries(_fields(name, part.name, part.lost) for name, part in seen.parts.items())


def _keys(seen: CardView) -> bytes:
    return _entries(
        _fields(
            key.number,
            key.area,
            _ORIGINS[key.origin],
            key.paired,
            key.listed,
            key.reference,
            bytes.fromhex(key.identifier) if key.identifier is not None else None,
        )
        for key in seen.keys
    )


_TEMPLATES: dict[int, Callable[[CardView], bytes]] = {
    CARD_TAG: _card,
    CODES_TAG: _codes,
    AREAS_TAG: _areas,
    PARTS_TAG: _parts,
    KEYS_TAG: _keys,
}

"""PIV's slots, and which of the card's keys stand in them (NIST SP 800-73-4, part 1, table 4b).

A key made through PIV has its slot as its reference, and stays there. The others of the area come after them in the
order in which the card got them, each in the first slot that is left: where the area's code holds for one use, from 9C
on, for which clients ask for a PIN each time; else from 9A on. A key of a kind that PIV has not stands in none.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from stuntcard.applets.listed_objects import DECRYPT, DERIVE, SIGN, UNWRAP
from stuntcard.applets.piv_codes import guard
from stuntcard.applets.shown_area import shown_area
from stuntcard.card.card import Card
from stuntcard.card.content import KeyRecord
from stuntcard.card.keys import Key
from stuntcard.policy.state import Item, Origin
from stuntcard.profile.model import Lasts

AUTHENTICATION, SIGNATURE, KEY_MANAGEMENT, CARD_AUTHENTICATION = 0x9A, 0x9C, 0x9D, 0x9E
RETIRED = range(0x82, 0x96)
"""Key management keys of before."""
SLOTS = (AUTHENTICATION, SIGNATURE, KEY_MANAGEMENT, CARD_AUTHENTICATION, *RETIRED)

_FILLED_BY_OTHERS = {
    Lasts.SESSION: (AUTHENTICATION, KEY_MANAGEMENT, *RETIRED),
    Lasts.ONE_USE: (SIGNATURE, *RETIRED),
}
_LABELS = {
    AUTHENTICATION: "PIV Authentication",
    SIGNATURE: "Digital Signature",
    KEY_MANAGEMENT: "Key Management",
    CARD_AUTHENTICATION: "Card Authentication",
}


class Algorithm(IntEnum):
    """Algorithm identifiers of keys in slots (NIST SP 800-78-4, table 6-2)."""

    RSA_2048 = 0x07
    EC_P256 = 0x11
    EC_P384 = 0x14


_ALGORITHM_OF_CURVE = {ec.SECP256R1: Algorithm.EC_P256, ec.SECP384R1: Algorithm.EC_P384}


class SlotKey(NamedTuple):
    """The key in a slot: by what the card and its directories name it, where it comes from, and what kind it is."""

    reference: int
    identifier: bytes
    origin: Origin
    algorithm: Algorithm


def label_of(slot: int) -> str:
    """What a slot's objects are called in the directories."""
    return _LABELS.get(slot) or f"Retired Key Management {slot - RETIRED.start + 1}"


def identifier_of(slot: int) -> bytes:
    """What the directories name objects by that were made through PIV."""
    return bytes([slot])


def usage_of(algorithm: Algorithm) -> tuple[int, ...]:
    """What such a key can do, as bits of KeyUsageFlags."""
    return (SIGN, DECRYPT, UNWRAP) if algorithm is Algorithm.RSA_2048 else (SIGN, DERIVE)


def algorithm_of(key: Key | None) -> Algorithm | None:
    """The kind of a key; None for one that PIV has not."""
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size == 2048:
        return Algorithm.RSA_2048
    return _ALGORITHM_OF_CURVE.get(type(key.curve)) if isinstance(key, ec.EllipticCurvePrivateKey) else None


def slots(card: Card) -> Mapping[int, SlotKey]:
    """The keys of an area, by their slots."""
    area, records = shown_area(card), card.content.keys
    items = (item for item in card.state.items if item.area == area)
    keys = [key for item in items if (key := _as_key(item, records[item.number])) is not None]
    filled = {key.reference: key for key in keys if key.reference in SLOTS}
    holds = card.profile.codes[guard(card)].holds.for_
    empty = (slot for slot in _FILLED_BY_OTHERS[holds] if slot not in filled)
    return {**filled, **dict(zip(empty, (key for key in keys if key.reference not in SLOTS), strict=False))}


def key_in(card: Card, slot: int) -> SlotKey | None:
    """The key in a slot, if there is one. Each signature asks, so one made through PIV is found by its reference."""
    number = card.content.number_of(slot)
    item = None if number is None else card.state.item(number)
    if item is not None and item.area == shown_area(card):
        key = _as_key(item, card.content.keys[item.number])
        if key is not None:
            return key
    return slots(card).get(slot)


def _as_key(item: Item, record: KeyRecord) -> SlotKey | None:
    """The key of an item, if PIV has such keys and there is a name for it."""
    reference, algorithm = record.reference, algorithm_of(record.private)
    if item.key is None or reference is None or algorithm is None:
        return None
    identifier = identifier_of(reference) if reference in SLOTS else record.identifier
    return None if identifier is None else SlotKey(reference, identifier, item.key, algorithm)


def certificate_identifier(card: Card, slot: int) -> bytes:
    """By which the certificate of a slot is listed: its key's, and where it has none, the slot's own."""
    key = key_in(card, slot)
    return identifier_of(slot) if key is None else key.identifier

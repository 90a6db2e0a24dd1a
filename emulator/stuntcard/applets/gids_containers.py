"""Which containers a card shows as GIDS: the RSA keys of the shown area, and what a client wrote of them.

A key that was made through GIDS has its place by its reference. All others, from the factory or made through another
command set, stand where a client that wrote the map saw them, by name, and else in the first place that is free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa

from stuntcard.applets.gids_formats import (
    DEFAULT,
    FIRST_KEY,
    MOST_CONTAINERS,
    NAME_UNITS,
    NO_CONTAINER,
    VALID,
    ContainerRecord,
)
from stuntcard.applets.shown_area import shown_area
from stuntcard.card import pkcs15
from stuntcard.card.card import Card
from stuntcard.card.key_files import file_of
from stuntcard.iso7816 import der, tlv

OWN_KEYS = range(FIRST_KEY, FIRST_KEY + MOST_CONTAINERS)
"""References of keys that are made through GIDS."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container as it is shown. `reference` is that by which the card knows the key; without one there is no key."""

    record: ContainerRecord = NO_CONTAINER
    reference: int | None = None
    identifier: bytes | None = None
    """That of the key, and so of its certificate, in the directories of PKCS#15."""


def own_identifier(reference: int) -> bytes:
    """The identifier that a key made through GIDS has in the directories: its file's."""
    return bytes([0xB0, reference])


def containers(card: Card, written: Sequence[ContainerRecord]) -> tuple[Container, ...]:
    """The containers, with what a client wrote into the map."""
    others = {container.record.name: container for container in _other_keys(card)}
    shown = [_at(card, FIRST_KEY + number, record, others) for number, record in enumerate(written)]
    for reference in _own_keys(card):
        while FIRST_KEY + len(shown) <= reference:
            shown.append(Container())
        if shown[reference - FIRST_KEY].reference is None:
            shown[reference - FIRST_KEY] = _own(card, reference, NO_CONTAINER)
    free = [number for number, container in enumerate(shown) if container.record == NO_CONTAINER]
    for container in others.values():
        if free:
            shown[free.pop(0)] = container
        elif len(shown) < MOST_CONTAINERS:
            shown.append(container)
    return tuple(shown)


def _at(card: Card, reference: int, record: ContainerRecord, others: dict[str, Container]) -> Container:
    """What stands in a place where a client wrote this record; the key found by its name is one of the others no more.

    A record whose key is gone is shown as none; one whose key is still to come, as it was written.
    """
    if _has_file(card, reference):
        return _own(card, reference, record)
    if record.name in others:
        found = others.pop(record.name)
        return Container(_with_flags(found.record, record.flags), found.reference, found.identifier)
    return Container(record) if record.reserved else Container()


def _has_file(card: Card, reference: int) -> bool:
    """Whether there is a key file of this reference, for a key of the shown area or for one that is still to come."""
    number = card.content.number_of(reference)
    item = None if number is None else card.state.item(number)
    return file_of(card.files, reference) is not None and (item is None or item.area == shown_area(card))


def _with_flags(record: ContainerRecord, flags: int) -> ContainerRecord:
    return ContainerRecord(record.name, flags | VALID, record.signature_bits, record.key_exchange_bits)


def _own(card: Card, reference: int, record: ContainerRecord) -> Container:
    """A container whose key file was made through GIDS; its key may still have to be made."""
    key = _rsa_public_key(card, reference)
    if record.reserved and key is not None:
        name = record.name or own_identifier(reference).hex().upper()
        record = ContainerRecord(name, record.flags | VALID, 0, key.key_size)
    return Container(record, None if key is None else reference, own_identifier(reference))


def _own_keys(card: Card) -> Iterator[int]:
    """References of the shown area's keys that were made through GIDS, in order."""
    return (reference for reference in sorted(_references(card)) if reference in OWN_KEYS)


def _other_keys(card: Card) -> Iterator[Container]:
    """A container for each key of the area that comes from elsewhere, by a name that no other has."""
    labels = _labels(card)
    found = {reference: labels.get(reference, "") for reference in _references(card) if reference not in OWN_KEYS}
    count = Counter(found.values())
    for number, (reference, label) in enumerate(found.items()):
        key = _rsa_public_key(card, reference)
        assert key is not None, "references are those of RSA keys"
        name = label if label and count[label] == 1 else f"{label[: NAME_UNITS - 3]} {reference:02X}".strip()
        flags = VALID if number else VALID | DEFAULT
        yield Container(ContainerRecord(name, flags, 0, key.key_size), reference, _identifier(card, reference))


def _references(card: Card) -> Iterator[int]:
    """References of the RSA keys of the shown area, in the order in which they came to the card."""
    area = shown_area(card)
    for item in card.state.items:
        reference = card.content.keys[item.number].reference
        if item.area == area and reference is not None and _rsa_public_key(card, reference) is not None:
            yield reference


def _rsa_public_key(card: Card, reference: int) -> rsa.RSAPublicKey | None:
    key = card.public_key(reference)
    return key if isinstance(key, rsa.RSAPublicKey) else None


def _identifier(card: Card, reference: int) -> bytes | None:
    number = card.content.number_of(reference)
    return None if number is None else card.content.keys[number].identifier


def _labels(card: Card) -> dict[int, str]:
    """What the directories of private keys call each key, by its reference."""
    labels = {}
    for directory in pkcs15.directory_files(card.files, pkcs15.PRIVATE_KEYS):
        for entry in pkcs15.read_entries(directory.content) or ():
            known = pkcs15.key_entry(entry)
            if known is not None:
                label = tlv.find(entry.children()[0].children(), der.UTF8_STRING) or b""
                labels[known.reference] = label.decode("utf-8", "replace")[:NAME_UNITS]
    return labels

"""What is on a card: keys and certificates, sorted by area and put together into containers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cardtools.card.status import AreaStatus, CardStatus, KeyStatus
from cardtools.card.token import ObjectKind, StoredObject
from cardtools.common import foreign
from cardtools.common.certificates import CertificateFacts, algorithm_of, read_certificate
from cardtools.common.foreign import ForeignError
from cardtools.common.terms import KeyOrigin


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """A certificate on the card. `facts` is None when what is stored can't be read as one."""

    label: str
    der: bytes
    facts: CertificateFacts | None


@dataclass(frozen=True, slots=True)
class Container:
    """A key's place, and what is in it. `area` is an area's id, or None for what stands outside of the areas.

    `number` is the card's own number of the key, None where the card counts no key; `identifier` is the PKCS#15 iD,
    None for a key that was never listed.
    """

    number: int | None
    identifier: bytes | None
    area: str | None
    label: str
    key: KeyStatus | None
    has_private_key: bool
    public_key: bytes | None
    certificates: tuple[StoredCertificate, ...]

    @property
    def empty(self) -> bool:
        """Whether it is a key on its own, which takes a place and serves nobody (PQ-14, PQ-16)."""
        return self.has_private_key and not self.certificates

    @property
    def from_factory(self) -> bool:
        """Whether it came with the card, and so is not its user's."""
        return self.key is not None and self.key.origin is KeyOrigin.FACTORY

    @property
    def name(self) -> str:
        """What a person calls it by: its identifier, or else the card's own number."""
        return self.identifier.hex() if self.identifier is not None else f"no. {self.number}"

    @property
    def algorithm(self) -> str:
        """What kind of key, such as `RSA 2048`; empty when the card does not show the public key."""
        if self.public_key is None:
            return ""
        try:
            return algorithm_of(foreign.public_key(self.public_key))
        except ForeignError:
            return ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """A card, and the containers on it."""

    card: CardStatus
    containers: tuple[Container, ...]

    def of(self, area: AreaStatus | None) -> tuple[Container, ...]:
        """The containers of an area; those of no area with None."""
        wanted = None if area is None else area.id
        return tuple(container for container in self.containers if container.area == wanted)

    def find(self, identifier: bytes) -> Container | None:
        """The container with this identifier."""
        return next((container for container in self.containers if container.identifier == identifier), None)


def take_inventory(card: CardStatus, objects: Sequence[StoredObject]) -> Inventory:
    """Puts together what the card says of its keys and what its directory lists."""
    containers = [_container(key, key.identifier, objects) for key in card.keys]
    known = {key.identifier for key in card.keys}
    others = sorted({stored.identifier for stored in objects} - known)
    containers += [_container(None, identifier, objects) for identifier in others]
    return Inventory(card, tuple(containers))


def _container(key: KeyStatus | None, identifier: bytes | None, objects: Sequence[StoredObject]) -> Container:
    own = [stored for stored in objects if identifier is not None and stored.identifier == identifier]
    public_keys = [stored.der for stored in own if stored.kind is ObjectKind.PUBLIC_KEY and stored.der is not None]
    certificates = tuple(
        _certificate(stored) for stored in own if stored.kind is ObjectKind.CERTIFICATE and stored.der is not None
    )
    labels = [stored.label for stored in own if stored.label]
    facts = [certificate.facts for certificate in certificates if certificate.facts is not None]
    return Container(
        number=key.number if key is not None else None,
        identifier=identifier,
        area=key.area if key is not None else next((stored.area for stored in own if stored.area), None),
        label=labels[0] if labels else "",
        key=key,
        has_private_key=key.origin is not None if key is not None else _lists_private_key(own),
        public_key=public_keys[0] if public_keys else facts[0].public_key if facts else None,
        certificates=certificates,
    )


def _lists_private_key(own: Sequence[StoredObject]) -> bool:
    return any(stored.kind is ObjectKind.PRIVATE_KEY for stored in own)


def _certificate(stored: StoredObject) -> StoredCertificate:
    assert stored.der is not None
    try:
        return StoredCertificate(stored.label, stored.der, read_certificate(stored.der))
    except ValueError:
        return StoredCertificate(stored.label, stored.der, None)

"""Cards and what is on them as plain data, for `--json`."""

from __future__ import annotations

from cardtools.card.status import CardStatus, CodeStatus, KeyStatus
from cardtools.common.certificates import CertificateFacts
from cardtools.manager.model.code_actions import possible_actions
from cardtools.manager.model.inventory import Container, Inventory

Data = dict[str, object]


def card_data(card: CardStatus, reader: str | None) -> Data:
    """A card, without what is on it."""
    return {
        "reader": reader,
        "profile": card.profile,
        "serial": card.serial,
        "dead": card.dead,
        "codes": {code.id: _code(card, code) for code in card.codes},
        "areas": {
            area.id: {"name": area.name, "guard": area.guard, "places": area.places, "used": area.used}
            for area in card.areas
        },
        "parts": {part.id: {"name": part.name, "lost": part.lost} for part in card.parts},
    }


def inventory_data(inventory: Inventory, reader: str | None) -> Data:
    """A card and what is on it."""
    return {
        **card_data(inventory.card, reader),
        "containers": [container_data(container) for container in inventory.containers],
    }


def container_data(container: Container) -> Data:
    """A key's place and what is in it."""
    return {
        "identifier": container.identifier.hex() if container.identifier is not None else None,
        "number": container.number,
        "area": container.area,
        "label": container.label,
        "empty": container.empty,
        "private_key": container.has_private_key,
        "origin": _origin(container.key),
        "listed": container.key.listed if container.key is not None else True,
        "public_key": container.public_key.hex() if container.public_key is not None else None,
        "algorithm": container.algorithm,
        "certificates": [
            certificate_data(certificate.facts) if certificate.facts is not None else None
            for certificate in container.certificates
        ],
    }


def certificate_data(facts: CertificateFacts) -> Data:
    """What a certificate says."""
    return {
        "holder": facts.holder,
        "issuer": facts.issuer,
        "serial": facts.serial_hex,
        "valid_from": facts.valid_from.isoformat(),
        "valid_until": facts.valid_until.isoformat(),
        "qualified": facts.qualified,
        "qescd_mark": facts.on_device,
        "subject": dict(facts.subject),
    }


def _code(card: CardStatus, code: CodeStatus) -> Data:
    return {
        "name": code.name,
        "state": code.state.name.lower(),
        "tries_left": code.tries_left,
        "tries_limit": code.tries_limit,
        "tries_max": code.tries_max,
        "must_change": code.must_change,
        "min_length": code.min_length,
        "max_length": code.max_length,
        "characters": code.characters.name.lower(),
        "set_by": code.unblocked_by,
        "possible": [action.value for action in possible_actions(card, code)],
    }


def _origin(key: KeyStatus | None) -> str | None:
    return key.origin.name.lower() if key is not None and key.origin is not None else None

"""Cards and what is on them as plain data, for `--json`."""

from __future__ import annotations

from cardtools.card.status import CardStatus, CodeStatus, KeyStatus
from cardtools.common.certificates import CertificateFacts
from cardtools.common.messages import Messages
from cardtools.manager.model.code_actions import possible_actions
from cardtools.manager.model.diagnosis import Diagnosis, ReaderDiagnosis
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


# A diagnosis


def diagnosis_data(diagnosis: Diagnosis, messages: Messages) -> Data:
    """A diagnosis. What is wrong is told in words."""
    return {
        "well": not diagnosis.findings,
        "service": {
            "reached": diagnosis.service_reached,
            "other": diagnosis.other_service,
            "pcscd": diagnosis.daemon_version,
        },
        "drivers": [{"name": driver.name, "version": driver.version} for driver in diagnosis.drivers],
        "module": None
        if diagnosis.module is None
        else {"name": diagnosis.module.name, "version": diagnosis.module.version},
        "readers": [_reader(reader) for reader in diagnosis.readers],
        "findings": [
            {"reader": finding.reader, "key": finding.told[0].key, "told": [messages.told(one) for one in finding.told]}
            for finding in diagnosis.findings
        ],
    }


def _reader(reader: ReaderDiagnosis) -> Data:
    facts, card = reader.facts, reader.facts.card
    seen = None if card is None or card.status is None else card_data(card.status, facts.name)
    return {
        "name": facts.name,
        "maker": facts.maker,
        "version": facts.version,
        "pin_pad": facts.pin_pad,
        "atr": facts.atr,
        "applications": [] if card is None else list(card.applications),
        "card": seen,
        "keys": [] if reader.inventory is None else [_key(one) for one in reader.inventory.containers],
    }


def _key(container: Container) -> Data:
    """A key's place without any name of its holder."""
    readable = [one.facts for one in container.certificates if one.facts is not None]
    return {
        "identifier": container.name,
        "area": container.area,
        "empty": container.empty,
        "certificates": [
            {"valid_from": facts.valid_from.isoformat(), "valid_until": facts.valid_until.isoformat()}
            for facts in readable
        ],
    }

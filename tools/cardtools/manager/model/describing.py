"""Sentences about what is on a card, which several commands show."""

from __future__ import annotations

from datetime import datetime

from cardtools.card.status import AreaStatus, CardStatus
from cardtools.common.certificates import CertificateFacts
from cardtools.common.messages import Messages
from cardtools.common.told import Name, Value
from cardtools.manager.model.inventory import Container


def day(moment: datetime) -> str:
    """A day, the same in every language (ISO 8601)."""
    return f"{moment:%Y-%m-%d}"


def card_name(card: CardStatus) -> str:
    """What people call such a card."""
    return card.name


def area_line(messages: Messages, card: CardStatus, area: AreaStatus) -> str:
    """An area, its guard, and how much of it is taken."""
    values: dict[str, Value] = {"area": Name(area.name), "code": Name(card.code(area.guard).name), "used": area.used}
    if area.places is None:
        return messages.text("area-unbounded", **values)
    return messages.text("area-places", **values, places=area.places)


def container_line(messages: Messages, container: Container) -> str:
    """A container's head line."""
    kind = "container"
    if container.empty:
        kind = "container-unlisted" if container.identifier is None else "container-empty"
    elif not container.has_private_key:
        kind = "container-without-key"
    return messages.text(kind, name=f"{container.name} ({container.label})" if container.label else container.name)


def private_key_line(messages: Messages, container: Container) -> str:
    """The private key, and where it comes from."""
    origin = container.key.origin if container.key is not None else None
    if origin is None:
        return messages.text("private-key")
    return messages.text("private-key-origin", origin=messages.text(f"origin-{origin.name.lower()}"))


def public_key_line(messages: Messages, container: Container) -> str:
    """The public key, and its kind."""
    line = messages.text("public-key")
    return f"{line}, {container.algorithm}" if container.algorithm else line


def certificate_lines(messages: Messages, facts: CertificateFacts | None) -> list[str]:
    """A certificate: holder, issuer, validity and mark."""
    if facts is None:
        return [messages.text("certificate-unreadable")]
    validity = messages.text(
        "certificate-expired" if facts.expired() else "certificate-valid",
        since=day(facts.valid_from), until=day(facts.valid_until),
    )  # fmt: skip
    mark = "mark-qescd" if facts.on_device else "mark-qualified" if facts.qualified else "mark-none"
    return [
        messages.text("certificate-of", holder=facts.holder),
        messages.text("certificate-issuer", issuer=facts.issuer, serial=facts.serial_hex),
        validity,
        messages.text(mark),
    ]

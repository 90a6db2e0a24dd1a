"""Finds what a person names on a card."""

from __future__ import annotations

from cardtools.manager.model.inventory import Container, Inventory, StoredCertificate
from cardtools.manager.model.refusals import UsageError


def find_container(inventory: Inventory, text: str) -> Container:
    """The container with the identifier that is given in hexadecimal. Raises UsageError."""
    known = ", ".join(container.name for container in inventory.containers if container.identifier is not None)
    try:
        found = inventory.find(bytes.fromhex(text))
    except ValueError:
        found = None
    if found is None:
        raise UsageError("no-such-identifier" if known else "no-such-identifier-none", given=text, known=known)
    return found


def find_number(inventory: Inventory, number: int) -> Container:
    """The container with the card's own number. Raises UsageError."""
    for container in inventory.containers:
        if container.number == number:
            return container
    known = ", ".join(str(container.number) for container in inventory.containers if container.number is not None)
    raise UsageError("no-such-number" if known else "no-such-identifier-none", given=number, known=known)


def certificate_of(container: Container) -> StoredCertificate:
    """The container's certificate. Raises UsageError when it has none."""
    if not container.certificates:
        raise UsageError("no-certificate-there", identifier=container.name)
    return container.certificates[0]

"""The command `holder`: the person in the certificates (PK-12)."""

from __future__ import annotations

from rich.table import Table

from cardtools.common.certificates import CertificateFacts
from cardtools.common.output import shown
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.inventory import Container, Inventory
from cardtools.manager.model.lookup import certificate_of, find_container
from cardtools.manager.model.refusals import ManagerError


def show_holder(run: ManagerRun, identifier: str | None, as_data: bool) -> None:
    """Shows what all certificates tell of a person, or the one with the identifier. Raises ToldError."""
    found = _persons(run.read_inventory(), identifier)
    if not found:
        raise ManagerError("no-person")
    if as_data:
        run.json([{"identifier": item.name, **dict(facts.person)} for item, facts in found])
        return
    for container, facts in found:
        _show(run, container, facts)


def _persons(inventory: Inventory, identifier: str | None) -> list[tuple[Container, CertificateFacts]]:
    """The certificates that name a person: all, or the one asked for."""
    containers = inventory.containers
    if identifier is not None:
        containers = (find_container(inventory, identifier),)
        certificate_of(containers[0])
    return [
        (container, certificate.facts)
        for container in containers
        for certificate in container.certificates
        if certificate.facts is not None and certificate.facts.person
    ]


def _show(run: ManagerRun, container: Container, facts: CertificateFacts) -> None:
    run.say("holder-of", holder=facts.holder, identifier=container.name)
    table = Table(show_header=False, box=None, pad_edge=True)
    for name, value in facts.person:
        table.add_row(shown(_label(run, name)), shown(value))
    run.out.print(table)


def _label(run: ManagerRun, attribute: str) -> str:
    """What an attribute is called; an OID that we have no name for stays what it is."""
    return attribute if attribute[0].isdigit() else run.messages.text(f"attribute-{attribute}")

"""The commands `delete-cert` and `delete-key`."""

from __future__ import annotations

from cardtools.common.told import Name
from cardtools.manager.commands.code_prompts import CodePrompts
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.describing import day
from cardtools.manager.model.inventory import Container, Inventory
from cardtools.manager.model.lookup import certificate_of, find_container, find_number
from cardtools.manager.model.refusals import ManagerError, UsageError
from cardtools.manager.model.writing import erase_key, writing_code


def delete_certificate(run: ManagerRun, codes: CodePrompts, identifier: str, yes: bool) -> None:
    """Deletes a certificate, once that is confirmed. Raises ToldError."""
    inventory = run.read_inventory()
    container = find_container(inventory, identifier)
    _confirm_certificate(run, container, yes)
    assert container.identifier is not None, "only a listed certificate is found"
    code = writing_code(inventory.card)
    value = codes.given(code)
    with run.token() as token:
        token.log_in({code.id: value})
        token.delete_certificate(container.identifier)
    run.say("deleted-certificate", identifier=container.name)
    if container.has_private_key:
        run.say("key-remains", identifier=container.name)


def delete_unpaired_key(
    run: ManagerRun, codes: CodePrompts, identifier: str | None, number: int | None, *, expert: bool, yes: bool
) -> None:
    """Deletes a key without a certificate, never-listed ones too, once that is confirmed. Raises ToldError."""
    inventory = run.read_inventory()
    container = _key_to_delete(inventory, identifier, number)
    if not expert:
        raise ManagerError("needs-expert")
    area = next((area.name for area in inventory.card.areas if area.id == container.area), "")
    run.confirm("confirm-delete-key", yes, name=container.name, area=Name(area))
    code = writing_code(inventory.card)
    value = codes.given(code)
    with run.token() as token:
        token.log_in({code.id: value})
        erase_key(token, container)
    run.say("deleted-key", name=container.name)


def _confirm_certificate(run: ManagerRun, container: Container, yes: bool) -> None:
    """Says what is about to be deleted, and asks. Raises ToldError when it is not to be."""
    facts = certificate_of(container).facts
    if container.from_factory:
        raise ManagerError("from-factory", identifier=container.name)
    if facts is None:
        run.confirm("confirm-delete-unreadable", yes, identifier=container.name)
        return
    if not facts.expired():
        run.warn_of("still-valid")
    run.confirm("confirm-delete-certificate", yes, holder=facts.holder, until=day(facts.valid_until))


def _key_to_delete(inventory: Inventory, identifier: str | None, number: int | None) -> Container:
    if (identifier is None) == (number is None):
        raise UsageError("which-key")
    container = find_container(inventory, identifier) if identifier is not None else find_number(inventory, number or 0)
    if identifier is None and container.identifier is not None:
        raise UsageError("key-is-listed", number=number or 0, identifier=container.name)
    if container.from_factory:
        raise ManagerError("from-factory", identifier=container.name)
    if container.certificates:
        raise ManagerError(
            "key-has-certificate" if container.has_private_key else "no-key-there", identifier=container.name
        )
    return container

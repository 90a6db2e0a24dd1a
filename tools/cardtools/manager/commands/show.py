"""The command `show`: a card's codes, areas, parts and certificates in detail, and what can be done with them."""

from __future__ import annotations

from rich.table import Table

from cardtools.card.status import CardStatus, CodeState, CodeStatus
from cardtools.common.output import shown
from cardtools.common.told import Name
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.advice import advice
from cardtools.manager.model.as_data import container_data, inventory_data
from cardtools.manager.model.code_actions import possible_actions
from cardtools.manager.model.describing import (
    area_line,
    card_name,
    certificate_lines,
    container_line,
    private_key_line,
    public_key_line,
)
from cardtools.manager.model.inventory import Container, Inventory
from cardtools.manager.model.lookup import find_container


def show_card_or_object(run: ManagerRun, identifier: str | None, as_data: bool) -> None:
    """Shows the card, or one key or certificate on it. Raises ToldError."""
    inventory = run.read_inventory()
    if identifier is not None:
        _show_container(run, find_container(inventory, identifier), as_data)
    elif as_data:
        run.json(inventory_data(inventory, run.reader))
    else:
        _show_card(run, inventory)


def _show_card(run: ManagerRun, inventory: Inventory) -> None:
    card = inventory.card
    head = run.messages.text("device", name=card_name(card), serial=card.serial, reader=run.reader or "")
    run.out.print(shown(head, "bold"), soft_wrap=True)
    run.out.print(_code_table(run, card))
    for code in card.codes:
        if code.state is CodeState.BLOCKED:
            for sentence in advice(card, code, blocked=True):
                run.line(run.messages.text("about", code=Name(code.name), what=run.messages.told(sentence)))
    run.heading("areas")
    for area in card.areas:
        run.line(area_line(run.messages, card, area))
    for part in card.parts:
        run.say("part-lost-line" if part.lost else "part-works", part=Name(part.name))
    run.heading("on-it")
    for container in inventory.containers:
        _show_lines(run, container, indent="  ")
    if not inventory.containers:
        run.say("nothing-on-it")
    run.heading("possible")
    for command in _card_commands(inventory):
        run.line(f"  {command}")


def _code_table(run: ManagerRun, card: CardStatus) -> Table:
    text = run.messages.text
    table = Table()
    for name in ("code", "state", "tries", "length", "must", "set-by"):
        table.add_column(shown(text(f"column-{name}")))
    for code in card.codes:
        table.add_row(
            shown(run.messages.name(code.name)),
            text(f"state-{code.state.name.lower().replace('_', '-')}"),
            f"{code.tries_left} / {code.tries_limit} / {code.tries_max}",
            _length(run, code),
            text("yes" if code.must_change else "no"),
            shown(run.messages.name(card.code(code.unblocked_by).name)) if code.unblocked_by else "–",
        )
    return table


def _length(run: ManagerRun, code: CodeStatus) -> str:
    exact = "-exact" if code.min_length == code.max_length else ""
    key = f"length-{code.characters.name.lower()}{exact}"
    return run.messages.text(key, min=code.min_length, max=code.max_length)


def _show_container(run: ManagerRun, container: Container, as_data: bool) -> None:
    if as_data:
        run.json(container_data(container))
        return
    _show_lines(run, container, indent="")
    run.heading("possible")
    for command in _container_commands(container):
        run.line(f"  {command}")


def _show_lines(run: ManagerRun, container: Container, indent: str) -> None:
    run.line(indent + container_line(run.messages, container))
    for certificate in container.certificates:
        for line in certificate_lines(run.messages, certificate.facts):
            run.line(f"{indent}  {line}")
    if container.public_key is not None:
        run.line(f"{indent}  {public_key_line(run.messages, container)}")
    if container.has_private_key:
        run.line(f"{indent}  {private_key_line(run.messages, container)}")


def _card_commands(inventory: Inventory) -> list[str]:
    """What can be done now, as it is typed."""
    card = inventory.card
    commands = [f"cardmanager {action} {code.id}" for code in card.codes for action in possible_actions(card, code)]
    return commands + [command for container in inventory.containers for command in _container_commands(container)]


def _container_commands(container: Container) -> list[str]:
    """What can be done with a key or certificate. A card may still refuse it, as one does that takes nothing in."""
    if container.identifier is None:
        return [f"cardmanager delete-key --number {container.number} --expert"]
    name = container.identifier.hex()
    commands = []
    if container.certificates:
        commands.append(f"cardmanager export {name} FILE")
        commands += [] if container.from_factory else [f"cardmanager delete-cert {name}"]
    elif container.public_key is not None:
        commands.append(f"cardmanager export {name} FILE --public-key")
    if container.empty and not container.from_factory:
        commands.append(f"cardmanager delete-key {name} --expert")
    return commands

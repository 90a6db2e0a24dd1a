"""The command `devices`: every card in a reader, and the objects on it, as a tree."""

from __future__ import annotations

from textwrap import wrap

from rich.text import Text
from rich.tree import Tree

from cardtools.card.errors import CardDeadError, NoCardError, NoSlotError, NotOursError
from cardtools.card.pcsc import readers
from cardtools.common.messages import Messages
from cardtools.common.output import shown
from cardtools.common.told import Told
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.as_data import inventory_data
from cardtools.manager.model.describing import (
    area_line,
    card_name,
    certificate_lines,
    container_line,
    private_key_line,
    public_key_line,
)
from cardtools.manager.model.inventory import Container, Inventory

_WIDTH = 100
"""Where what is told of a card that can't be looked at goes on in the next line; in a tree it would be cut."""

Unseen = CardDeadError | NotOursError | NoSlotError
"""Why a card can't be looked at."""


def show_devices(run: ManagerRun, as_data: bool) -> None:
    """Shows every card, or the one in the reader named. Raises ToldError."""
    names = [run.reader] if run.reader is not None else readers()
    if not names:
        raise NoCardError
    found = [_look_at(run.for_reader(name), name) for name in names]
    if as_data:
        run.json([_data(name, seen) for name, seen in found])
        return
    for name, seen in found:
        run.out.print(_tree(run.messages, name, seen), soft_wrap=True)


def _look_at(run: ManagerRun, name: str) -> tuple[str, Inventory | Unseen]:
    """What is in one reader; a card that can't be looked at is told in the tree, and hides no other."""
    try:
        inventory = run.read_inventory()
    except (CardDeadError, NotOursError, NoSlotError) as error:
        return run.reader or name, error
    return run.reader or name, inventory


def _data(reader: str, seen: Inventory | Unseen) -> dict[str, object]:
    if isinstance(seen, Inventory):
        return inventory_data(seen, reader)
    return {"reader": reader, "dead": isinstance(seen, CardDeadError)}


def _tree(messages: Messages, reader: str, seen: Inventory | Told) -> Tree:
    if not isinstance(seen, Inventory):
        tree = Tree(shown(reader))
        tree.add(Text("\n").join(shown(line) for line in wrap(messages.told(seen), _WIDTH)))
        return tree
    card = seen.card
    head = messages.text("device", name=card_name(card), serial=card.serial, reader=reader)
    tree = Tree(shown(head, "bold"))
    for area in card.areas:
        branch = tree.add(shown(area_line(messages, card, area)))
        _add_containers(messages, branch, seen.of(area))
    outside = seen.of(None)
    if outside:
        _add_containers(messages, tree.add(shown(messages.text("area-none"))), outside)
    return tree


def _add_containers(messages: Messages, branch: Tree, containers: tuple[Container, ...]) -> None:
    if not containers:
        branch.add(shown(messages.text("area-empty")))
    for container in containers:
        inner = branch.add(shown(container_line(messages, container)))
        if container.empty:
            continue
        for certificate in container.certificates:
            first, *rest = certificate_lines(messages, certificate.facts)
            leaf = inner.add(shown(first))
            for line in rest:
                leaf.add(shown(line))
        if container.public_key is not None:
            inner.add(shown(public_key_line(messages, container)))
        if container.has_private_key:
            inner.add(shown(private_key_line(messages, container)))

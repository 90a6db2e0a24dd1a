"""The card as a page shows it: what `cardmanager devices` and `show` tell, as values."""

from __future__ import annotations

from cardtools.card.errors import CardDeadError
from cardtools.card.status import CardStatus, CodeState, CodeStatus
from cardtools.common.devices import Device, UnknownDeviceError, find_device
from cardtools.common.messages import Messages
from cardtools.common.told import ToldError
from cardtools.console.acts.fields import length_of
from cardtools.console.acts.manager_acts import UNLISTED
from cardtools.console.acts.telling import ManagerOnPage
from cardtools.console.acts.values import (
    ActName,
    AreaSeen,
    CardSeen,
    CodeSeen,
    ContainerSeen,
    PartSeen,
    Result,
    Unseen,
)
from cardtools.manager.commands.failures import sentences
from cardtools.manager.model.advice import advice
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


def look(run: ManagerOnPage) -> Result:
    """What is in the reader, or why nothing can be seen of it."""
    try:
        inventory = run.read_inventory()
    except ToldError as error:
        why = tuple(run.messages.told(told) for told in sentences(error, run.card))
        return Result(unseen=Unseen(why=why, dead=isinstance(error, CardDeadError)))
    return Result(seen=_seen(run, inventory))


def device_of(card: CardStatus) -> Device | None:
    """What is known of such a card, if anything."""
    try:
        return find_device(card.profile)
    except UnknownDeviceError:
        return None


def target_of(container: Container) -> str:
    """What an act calls a container: its identifier, or the card's own number for a key that is not listed."""
    return container.identifier.hex() if container.identifier is not None else f"{UNLISTED}{container.number}"


def _seen(run: ManagerOnPage, inventory: Inventory) -> CardSeen:
    card, messages = inventory.card, run.messages
    device = device_of(card)
    areas = [
        AreaSeen(id=area.id, line=area_line(messages, card, area), containers=_containers(messages, inventory.of(area)))
        for area in card.areas
    ]
    if outside := inventory.of(None):
        line = messages.text("area-none")
        areas.append(AreaSeen(id="", line=line, containers=_containers(messages, outside)))
    return CardSeen(
        profile=card.profile,
        name=card_name(card),
        manager=device.manager.name if device is not None else card_name(card),
        serial=card.serial,
        reader=run.reader or "",
        codes=tuple(_code(messages, card, code) for code in card.codes),
        areas=tuple(areas),
        parts=tuple(PartSeen(name=messages.name(part.name), lost=part.lost) for part in card.parts),
        acts=_card_acts(inventory, device),
    )


def _card_acts(inventory: Inventory, device: Device | None) -> tuple[ActName, ...]:
    if inventory.card.kind.writes_with is None:
        return ()
    certificates = any(container.certificates for container in inventory.containers)
    more = (ActName.RENEW, ActName.CLEAN) if certificates else ()
    enrolling = (ActName.REQUEST, ActName.CHECK, ActName.INSTALL, *more, ActName.SETTINGS)
    return ActName.IMPORT_P12, ActName.IMPORT_CERT, *(enrolling if device is not None else ())


def _code(messages: Messages, card: CardStatus, code: CodeStatus) -> CodeSeen:
    acts = tuple(ActName(action.value) for action in possible_actions(card, code))
    if code.state is CodeState.SET and code.reference is not None:
        acts = (ActName.LOG_IN, *acts)
    blocked = code.state is CodeState.BLOCKED
    warned = blocked or (code.state is CodeState.SET and code.tries_left == 1)
    return CodeSeen(
        id=code.id,
        name=messages.name(code.name),
        state=code.state.name.lower(),
        tries_left=code.tries_left,
        tries_limit=code.tries_limit,
        tries_max=code.tries_max,
        must_change=code.must_change,
        length=length_of(messages, code),
        set_by=messages.name(card.code(code.unblocked_by).name) if code.unblocked_by else None,
        acts=acts,
        advice=tuple(map(messages.told, advice(card, code, blocked=blocked))) if warned else (),
    )


def _containers(messages: Messages, containers: tuple[Container, ...]) -> tuple[ContainerSeen, ...]:
    return tuple(_container(messages, container) for container in containers)


def _container(messages: Messages, container: Container) -> ContainerSeen:
    lines = [line for found in container.certificates for line in certificate_lines(messages, found.facts)]
    if container.public_key is not None:
        lines.append(public_key_line(messages, container))
    if container.has_private_key:
        lines.append(private_key_line(messages, container))
    return ContainerSeen(
        target=target_of(container),
        line=container_line(messages, container),
        label=container.label,
        empty=container.empty,
        listed=container.identifier is not None,
        lines=tuple(lines),
        acts=_container_acts(container),
        certificate=bool(container.certificates),
        public_key=container.public_key is not None,
        person=_person(messages, container),
    )


def _container_acts(container: Container) -> tuple[ActName, ...]:
    if container.from_factory:
        return ()
    if container.empty:
        return (ActName.DELETE_KEY,)
    return (ActName.DELETE_CERT,) if container.certificates else ()


def _person(messages: Messages, container: Container) -> tuple[tuple[str, str], ...]:
    """What the certificates tell of their holder (PK-12)."""
    return tuple(
        (name if name[0].isdigit() else messages.text(f"attribute-{name}"), value)
        for certificate in container.certificates
        if certificate.facts is not None
        for name, value in certificate.facts.person
    )

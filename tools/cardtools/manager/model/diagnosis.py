"""What is wrong with a card, as far as can be seen without a code, and what to do about it (PK-14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cardtools.card.reader_facts import ReaderFacts
from cardtools.card.status import CardStatus, CodeState
from cardtools.card.surroundings import Versioned
from cardtools.common.terms import KeyOrigin
from cardtools.common.told import Name, Told
from cardtools.manager.model.advice import Advice, advice
from cardtools.manager.model.describing import day
from cardtools.manager.model.inventory import Container, Inventory

_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong: what it is and, in the sentences after the first, what to do. `reader` has the card."""

    told: tuple[Told, ...]
    reader: str | None = None


@dataclass(frozen=True, slots=True)
class ReaderDiagnosis:
    """A reader with its card. `inventory` is None where there is none to be had."""

    facts: ReaderFacts
    inventory: Inventory | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """This computer, its readers and cards, and all that is wrong."""

    service_reached: bool
    other_service: bool
    """Whether programs are told of another service than the system's (PCSCLITE_CSOCK_NAME)."""
    daemon_version: str | None
    drivers: tuple[Versioned, ...]
    module: Versioned | None
    readers: tuple[ReaderDiagnosis, ...] = ()
    findings: tuple[Finding, ...] = field(default=())


def card_findings(inventory: Inventory, reader: str, now: datetime) -> Iterator[Finding]:
    """What is wrong with a card and with what is on it."""
    of_codes = list(_of_codes(inventory.card))
    yield from (Finding(told, reader) for told in of_codes)
    told_of = {sentence.values.get("part") for told in of_codes for sentence in told}
    for part in inventory.card.parts:
        if part.lost and part.name not in told_of:
            yield Finding((Advice("found-part-lost", {"part": Name(part.name)}),), reader)
    for area in inventory.card.areas:
        if area.full and area.places:
            yield Finding((Advice("found-area-full", {"area": Name(area.name), "places": area.places}),), reader)
    for container in inventory.containers:
        for told in _of_container(container, now):
            yield Finding((told,), reader)


def _of_codes(card: CardStatus) -> Iterator[tuple[Told, ...]]:
    for code in card.codes:
        name = Name(code.name)
        if code.state is CodeState.BLOCKED:
            yield Advice("code-blocked", {"code": name}), *advice(card, code, blocked=True)
        elif code.state is CodeState.SET and code.tries_left == 1 < code.tries_limit:
            yield Advice("found-last-try", {"code": name}), *advice(card, code, blocked=False)
        if code.state is CodeState.SET and code.must_change:
            yield (Advice("found-must-change", {"code": name, "id": code.id}),)


def _of_container(container: Container, now: datetime) -> Iterator[Told]:
    if container.empty and container.key is not None and container.key.origin is not KeyOrigin.FACTORY:
        yield Advice("found-unpaired", {"name": container.name})
    for certificate in container.certificates:
        facts = certificate.facts
        if facts is None:
            yield Advice("found-unreadable", {"name": container.name})
            continue
        until = {"name": container.name, "until": day(facts.valid_until)}
        if facts.expired(now):
            yield Advice("found-expired", until)
        elif facts.valid_until - now < _SOON:
            yield Advice("found-expires", until)

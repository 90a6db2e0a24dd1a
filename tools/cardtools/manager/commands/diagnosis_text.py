"""A diagnosis in words, as plain lines that survive an e-mail."""

from __future__ import annotations

from collections.abc import Iterator

from cardtools.card.status import CardStatus
from cardtools.card.surroundings import Versioned
from cardtools.common.devices import devices
from cardtools.common.messages import Messages
from cardtools.common.told import Name
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.describing import area_line, card_name, day
from cardtools.manager.model.diagnosis import Diagnosis, Finding, ReaderDiagnosis
from cardtools.manager.model.inventory import Container, Inventory


def show_diagnosis(run: ManagerRun, diagnosis: Diagnosis) -> None:
    """All that was found, and what is wrong last."""
    for line in (*_computer(run.messages, diagnosis), *_readers(run.messages, diagnosis)):
        run.line(line)
    if diagnosis.findings:
        run.say_counted("diagnostics-wrong", len(diagnosis.findings))
    else:
        run.say("diagnostics-well")
    for number, finding in enumerate(diagnosis.findings, 1):
        for line in _finding(run.messages, number, finding):
            run.line(line)
    run.say("diagnostics-no-codes")


def _computer(messages: Messages, diagnosis: Diagnosis) -> Iterator[str]:
    none = messages.text("diagnostics-none")
    yield messages.text("diagnostics-service-reached" if diagnosis.service_reached else "diagnostics-service-down")
    if diagnosis.other_service:
        yield messages.text("diagnostics-other-service")
    yield messages.text("diagnostics-daemon", version=diagnosis.daemon_version or none)
    yield messages.text("diagnostics-drivers", drivers=", ".join(map(_versioned, diagnosis.drivers)) or none)
    yield messages.text("diagnostics-module", module=_versioned(diagnosis.module) if diagnosis.module else none)


def _readers(messages: Messages, diagnosis: Diagnosis) -> Iterator[str]:
    for reader in diagnosis.readers:
        facts = reader.facts
        driver = " ".join(part for part in (facts.maker, facts.version) if part)
        yield messages.text("diagnostics-reader", reader=facts.name, driver=driver or "?")
        yield from (f"  {line}" for line in _reader(messages, reader))


def _reader(messages: Messages, reader: ReaderDiagnosis) -> Iterator[str]:
    facts = reader.facts
    if facts.card is None:
        yield messages.text("diagnostics-empty")
        return
    if facts.pin_pad:
        yield messages.text("diagnostics-pin-pad")
    if facts.atr:
        yield f"ATR {facts.atr}"
    if facts.card.status is not None:
        yield messages.text("diagnostics-card", card=card_name(facts.card.status), serial=facts.card.status.serial)
        yield from _vendor(messages, facts.card.status.profile)
        if facts.card.applications:
            yield messages.text("diagnostics-applications", applications=", ".join(facts.card.applications))
        yield from _codes(messages, facts.card.status)
    if reader.inventory is not None:
        yield from _contents(messages, reader.inventory)


def _vendor(messages: Messages, profile: str) -> Iterator[str]:
    """The vendor's program for such a card, and who helps with it (TM-13, EO-29)."""
    manager = devices()[profile].manager if profile in devices() else None
    if manager is None:
        return
    yield messages.text("diagnostics-vendor", program=manager.name)
    if manager.also_drives:
        yield messages.text("diagnostics-also-drives", program=manager.name, cards=", ".join(manager.also_drives))
    if manager.administrator_installs:
        yield messages.text("diagnostics-administrator", program=manager.name)
    if manager.help:
        yield messages.text("diagnostics-help", desks=", ".join(messages.text(f"help-{desk}") for desk in manager.help))


def _codes(messages: Messages, card: CardStatus) -> Iterator[str]:
    for code in card.codes:
        state = messages.text(f"state-{code.state.name.lower().replace('_', '-')}")
        tries = f"{code.tries_left} / {code.tries_limit} / {code.tries_max}"
        yield messages.text("diagnostics-code", code=Name(code.name), state=state, tries=tries)


def _contents(messages: Messages, inventory: Inventory) -> Iterator[str]:
    for area in inventory.card.areas:
        yield area_line(messages, inventory.card, area)
        yield from (f"  {_container(messages, container)}" for container in inventory.of(area))


def _container(messages: Messages, container: Container) -> str:
    """What is in a key's place, without the label, which may be somebody's name."""
    if container.empty:
        return messages.text("diagnostics-key-alone", name=container.name)
    facts = next((one.facts for one in container.certificates if one.facts is not None), None)
    if facts is None:
        return messages.text("diagnostics-unreadable", name=container.name)
    since, until = day(facts.valid_from), day(facts.valid_until)
    return messages.text("diagnostics-certificate", name=container.name, since=since, until=until)


def _finding(messages: Messages, number: int, finding: Finding) -> Iterator[str]:
    first, *rest = (messages.told(told) for told in finding.told)
    where = f"{finding.reader}: " if finding.reader is not None else ""
    yield f"{number}. {where}{first}"
    yield from (f"   {line}" for line in rest)


def _versioned(thing: Versioned) -> str:
    return f"{thing.name} {thing.version}" if thing.version else thing.name

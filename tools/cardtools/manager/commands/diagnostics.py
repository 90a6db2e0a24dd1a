"""The command `diagnostics`: what is there, what is wrong and what to do, to be sent to a helpdesk (PK-14).

Nothing secret is in it, and no name of a person: certificates are told by their key's identifier and their dates.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version

import typer

from cardtools.card.emulated import SOCKET_VARIABLE
from cardtools.card.errors import CardError, NoCardError, NoReaderError, NoServiceError
from cardtools.card.pcsc import readers
from cardtools.card.reader_facts import reader_facts, reader_names
from cardtools.card.surroundings import drivers, opensc_module, service_version, why_no_module
from cardtools.common.exit_codes import ExitCode
from cardtools.manager.commands.diagnosis_text import show_diagnosis
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.as_data import diagnosis_data
from cardtools.manager.model.diagnosis import Diagnosis, Finding, ReaderDiagnosis, card_findings


def tell_diagnosis(run: ManagerRun, as_data: bool) -> None:
    """Tells all, and ends the command with 1 when something is wrong. Raises typer.Exit."""
    now = datetime.now(UTC)
    diagnosis = _diagnosis(run, now)
    if as_data:
        program = {"time": now.isoformat(timespec="seconds"), "version": version("stuntcard"), "system": _system()}
        run.json({**program, **diagnosis_data(diagnosis, run.messages)})
    else:
        run.say("diagnostics-head", version=version("stuntcard"), time=f"{now:%Y-%m-%d %H:%M}", system=_system())
        show_diagnosis(run, diagnosis)
    if diagnosis.findings:
        raise typer.Exit(ExitCode.REFUSED)


def _system() -> str:
    return f"{platform.system()} {platform.release()} {platform.machine()}, Python {platform.python_version()}"


def _diagnosis(run: ManagerRun, now: datetime) -> Diagnosis:
    no_module = why_no_module(run.module)
    diagnosis = Diagnosis(
        service_reached=True,
        other_service=SOCKET_VARIABLE in os.environ,
        daemon_version=service_version(),
        drivers=tuple(drivers()),
        module=None if no_module is not None else opensc_module(run.module),
        findings=() if no_module is None else (Finding((no_module,)),),
    )
    try:
        seen, found = _readers(run, now)
    except NoServiceError as error:
        return replace(diagnosis, service_reached=False, findings=(Finding((error,)), *diagnosis.findings))
    except CardError as error:
        return replace(diagnosis, findings=(Finding((error,)), *diagnosis.findings))
    return replace(diagnosis, readers=seen, findings=(*diagnosis.findings, *found))


def _readers(run: ManagerRun, now: datetime) -> tuple[tuple[ReaderDiagnosis, ...], list[Finding]]:
    """The readers, or the one that is meant. Raises NoServiceError, NoReaderError; NoSuchReaderError."""
    names = reader_names() if run.reader is None else [run.meant_reader()]
    filled = _filled()
    seen: list[ReaderDiagnosis] = []
    findings: list[Finding] = []
    for name in names:
        facts = reader_facts(name, empty=name not in filled)
        try:
            inventory = None if facts.card is None or facts.card.why_not else run.for_reader(name).read_inventory()
        except CardError as error:
            inventory = None
            findings.append(Finding((error,), name))
        seen.append(ReaderDiagnosis(facts, inventory))
        findings += _of_reader(seen[-1], now)
    if not any(reader.facts.card for reader in seen):
        findings.append(Finding((NoCardError(),)))
    return tuple(seen), findings


def _filled() -> list[str]:
    try:
        return readers()
    except NoReaderError:
        return []


def _of_reader(reader: ReaderDiagnosis, now: datetime) -> Iterator[Finding]:
    card = reader.facts.card
    if card is not None and card.why_not is not None:
        yield Finding((card.why_not,), reader.facts.name)
    if reader.inventory is not None:
        yield from card_findings(reader.inventory, reader.facts.name, now)

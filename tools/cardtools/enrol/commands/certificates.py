"""What the commands `download`, `install`, `import`, `clean` and `serial` do and show."""

from __future__ import annotations

from pathlib import Path

import typer

from cardtools.common.certificates import CertificateFacts
from cardtools.common.exit_codes import ExitCode
from cardtools.enrol.commands import wizard
from cardtools.enrol.commands.options import CardOptions
from cardtools.enrol.commands.run import EnrolRun
from cardtools.enrol.errors import EnrolError
from cardtools.enrol.files.certificates import as_pem, certificate_in, write_new
from cardtools.enrol.files.pending import checked_id
from cardtools.enrol.files.report import Row, report_file, report_rows, report_text
from cardtools.enrol.flows.card_certificates import certificates_on, with_serial
from cardtools.enrol.flows.cleaning import Deleted, delete, unpaired_keys
from cardtools.enrol.flows.device import QualifiedDevice
from cardtools.enrol.flows.file_store import into_file
from cardtools.enrol.flows.installing import Issued, fetch, install, place_for, store
from cardtools.enrol.flows.request_status import check_request
from cardtools.enrol.flows.session import PIN, Codes, Session


def fetch_into_file(run: EnrolRun, session: Session, request_id: str, out: Path | None, report: Path | None) -> None:
    """Fetches an issued certificate into a file, with its report where one is named. Raises ToldError."""
    issued = fetch(session, checked_id(request_id))
    rows = _rows(run, issued)
    # A report that can't be made is known before the first file is written.
    page = None if report is None else report_file(report, rows, run.messages)
    file = Path(f"{issued.id}.crt") if out is None else out
    write_new(file, as_pem(issued.facts.der))
    _show_report(run, rows)
    run.say("certificate-saved", file=str(file))
    if report is not None and page is not None:
        write_new(report, page)
        run.say("report-saved", file=str(report))


def put_onto_card(
    run: EnrolRun, session: Session, reader: str | None, request_id: str, out: Path | None = None
) -> None:
    """Puts an issued certificate onto the card, or with its key into a file. Raises ToldError."""
    issued = fetch(session, checked_id(request_id))
    if issued.pending is not None and issued.pending.in_file:
        file = out or Path(f"{issued.id}.pfx")
        _show_report(run, _rows(run, issued))
        into_file(session, issued, issued.pending, file)
        run.say("installed-in-file", file=str(file))
        return
    device = run.find_device(reader)
    _install(run, session, device, issued)
    run.say("take-out-and-in", card=device.name)


def put_all_onto_card(run: EnrolRun, session: Session, reader: str | None) -> None:
    """Finds what was issued to keys on the card, and puts each onto it; PIN is asked for once (TM-12).

    Raises ToldError; typer.Exit when one of several was not stored.
    """
    device = run.find_device(reader)
    waiting = session.pending.of_card(device.status.profile, device.status.serial)
    found = [check_request(session, request.id) for request in waiting]
    failures = [one.failure for one in found if one.failure is not None]
    for failure in failures:
        run.tell_failure(failure)
    ids = [one.id for one in found if one.issued]
    if ids:
        run.say("install-found", card=device.name, requests=", ".join(ids))
        failures += _install_each(run, session, device, ids)
    elif not failures:
        run.say("install-nothing", card=device.name)
    if failures:
        raise typer.Exit(max(failure.exit_code for failure in failures))


def _install_each(run: EnrolRun, session: Session, device: QualifiedDevice, ids: list[str]) -> list[EnrolError]:
    """Why some could not be stored. What the card or a code is the matter with ends it: CardError, PromptError."""
    codes = session.ask_codes(device, (PIN,))
    failures = []
    for request_id in ids:
        try:
            _install(run, session, device, fetch(session, request_id), codes)
        except EnrolError as error:
            run.tell_failure(error)
            run.warn_of("not-stored")
            failures.append(error)
    if len(failures) < len(ids):
        run.say("take-out-and-in", card=device.name)
    return failures


def _install(
    run: EnrolRun, session: Session, device: QualifiedDevice, issued: Issued, codes: Codes | None = None
) -> None:
    _show_report(run, _rows(run, issued))
    key = install(session, device, issued, codes)
    run.say("installed", card=device.name, identifier=key.hex())


def put_file_onto_card(run: EnrolRun, session: Session, reader: str | None, file: Path) -> None:
    """Puts a certificate from a file onto the card. Raises ToldError."""
    facts = certificate_in(file)
    device = run.find_device(reader)
    key = place_for(session, device, facts)
    store(session, device, facts, again=f"enrol import {file}")
    run.say("import-done", holder=facts.holder, card=device.name, identifier=key.hex())
    run.say("take-out-and-in", card=device.name)


def clean_up(run: EnrolRun, session: Session, reader: str | None, serials: list[str], yes: bool) -> None:
    """Has certificates ticked, and deletes them with their keys. Raises ToldError; typer.Exit when a key remained."""
    device = run.find_device(reader)
    found = certificates_on(session, device)
    if not found:
        run.say("clean-nothing", card=device.name)
        _show_unpaired(run, unpaired_keys(session, device))
        return
    ticked = wizard.tick(run, device, found, serials)
    if not ticked:
        run.say("clean-nothing-done")
        return
    run.say_counted("clean-warning", len(ticked))
    wizard.confirm(run, "clean-sure", yes)
    deleted = []
    for one in delete(session, device, ticked):
        _show_deleted(run, one)
        deleted.append(one)
    _show_unpaired(run, unpaired_keys(session, device))
    if any(one.key_failure is not None for one in deleted):
        raise typer.Exit(ExitCode.REFUSED)


def show_serials(run: EnrolRun, found: list[CertificateFacts], as_json: bool) -> None:
    """Shows the serial numbers of certificates (TM-09)."""
    if as_json:
        run.json([_as_data(facts) for facts in found])
        return
    rows = [(facts.holder, f"{facts.valid_until:%Y-%m-%d}", facts.serial_decimal, facts.serial_hex) for facts in found]
    columns = ("column-holder", "column-valid-until", "column-serial", "column-serial-hex")
    run.table(run.messages.text("serial-title"), columns, rows)


def facts_on_card(run: EnrolRun, card: CardOptions, only: str | None) -> list[CertificateFacts]:
    """The certificates on the card, or the one with this serial number. Raises ToldError."""
    device = run.find_device(card.reader)
    found = certificates_on(run.session(card), device)
    if not found:
        raise EnrolError("serial-nothing", card=device.name)
    return [item.facts for item in (found if only is None else [with_serial(device, found, only)])]


def _as_data(facts: CertificateFacts) -> dict[str, str]:
    return {
        "holder": facts.holder,
        "issuer": facts.issuer,
        "valid_until": facts.valid_until.isoformat(),
        "serial": facts.serial_decimal,
        "serial_hex": facts.serial_hex,
    }


def _rows(run: EnrolRun, issued: Issued) -> list[Row]:
    return report_rows(issued.id, issued.issued, issued.facts, run.messages)


def _show_report(run: EnrolRun, rows: list[Row]) -> None:
    for line in report_text(rows, run.messages).splitlines():
        run.line(line)


def _show_deleted(run: EnrolRun, deleted: Deleted) -> None:
    item = deleted.certificate
    values = {"serial": item.facts.serial_decimal, "holder": item.facts.holder}
    if deleted.key_failure is None:
        run.say("clean-deleted", **values)
        return
    run.tell_failure(deleted.key_failure)
    run.warn_of("clean-half", identifier=item.identifier.hex(), **values)


def _show_unpaired(run: EnrolRun, number: int) -> None:
    if number:
        run.say_counted("clean-unpaired", number)

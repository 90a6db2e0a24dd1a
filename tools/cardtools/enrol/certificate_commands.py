"""The commands `download`, `install`, `import`, `clean` and `serial`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cardtools.enrol import wizard
from cardtools.enrol.certificates import CertificateFacts, as_pem, certificate_in, write_new
from cardtools.enrol.cleaning import Deleted, delete, unpaired_keys
from cardtools.enrol.errors import EnrolError, ExitCode
from cardtools.enrol.issuing import Issued, fetch, place_for, store
from cardtools.enrol.issuing import install as install_issued
from cardtools.enrol.on_card import certificates_on, with_serial
from cardtools.enrol.options import (
    CaOption,
    CodesFileOption,
    JsonOption,
    LanguageOption,
    ModuleOption,
    ReaderOption,
    RequestArgument,
    StdinOption,
    YesOption,
)
from cardtools.enrol.pending import checked_id
from cardtools.enrol.report import Row, report_file, report_rows, report_text
from cardtools.enrol.run import Run, run_of

CertificateFile = Annotated[Path, typer.Argument(help="A certificate, in DER or PEM.", metavar="FILE")]


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.command("download")(download)
    app.command("install")(install)
    app.command("import")(import_)
    app.command("clean")(clean)
    app.command("serial")(serial)


def download(
    request_id: RequestArgument,
    out: Annotated[
        Path | None, typer.Option(help="Where the certificate goes; ID.crt without it.", metavar="FILE")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Save the issue report too: .pdf for PDF, else text.", metavar="FILE")
    ] = None,
    ca: CaOption = None,
    language: LanguageOption = None,
) -> None:
    """Fetch an issued certificate into a file, and show the issue report.

    Example: enrol download BP3733853312 --report report.pdf
    """
    with run_of(language) as run:
        issued = fetch(run.session(ca=ca), checked_id(request_id))
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


def install(
    request_id: RequestArgument,
    ca: CaOption = None,
    reader: ReaderOption = None,
    stdin: StdinOption = False,
    codes_file: CodesFileOption = None,
    module: ModuleOption = None,
    language: LanguageOption = None,
) -> None:
    """Put an issued certificate onto the card, beside its key.

    Example: enrol install BP3733853312
    """
    with run_of(language, and_then="not-stored") as run:
        session = run.session(ca=ca, stdin=stdin, codes_file=codes_file, module=module)
        issued = fetch(session, checked_id(request_id))
        device = run.find_device(reader)
        _show_report(run, _rows(run, issued))
        key = install_issued(session, device, issued)
        run.say("installed", card=device.name, identifier=key.hex())


def import_(
    file: CertificateFile,
    reader: ReaderOption = None,
    stdin: StdinOption = False,
    codes_file: CodesFileOption = None,
    module: ModuleOption = None,
    language: LanguageOption = None,
) -> None:
    """Put a certificate from a file onto the card, beside its key.

    Example: enrol import BP3733853312.crt
    """
    with run_of(language, and_then="not-stored") as run:
        session = run.session(ca=None, stdin=stdin, codes_file=codes_file, module=module)
        facts = certificate_in(file)
        device = run.find_device(reader)
        key = place_for(session, device, facts)
        store(session, device, facts, again=f"enrol import {file}")
        run.say("import-done", holder=facts.holder, card=device.name, identifier=key.hex())


def clean(
    serials: Annotated[
        list[str] | None,
        typer.Option("--serial", help="Tick the certificate with this serial number; again for more."),
    ] = None,
    yes: YesOption = False,
    reader: ReaderOption = None,
    stdin: StdinOption = False,
    codes_file: CodesFileOption = None,
    module: ModuleOption = None,
    language: LanguageOption = None,
) -> None:
    """Tick certificates, and delete them with their keys; valid ones too. There is no way back.

    Example: enrol clean
    """
    with run_of(language) as run:
        session = run.session(ca=None, stdin=stdin, codes_file=codes_file, module=module)
        device = run.find_device(reader)
        found = certificates_on(session, device)
        if not found:
            run.say("clean-nothing", card=device.name)
            _show_unpaired(run, unpaired_keys(session, device))
            return
        ticked = wizard.tick(run, device, found, serials or [])
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


def serial(
    file: Annotated[
        Path | None, typer.Argument(help="A certificate's file; without one, those on the card.", metavar="[FILE]")
    ] = None,
    only: Annotated[str | None, typer.Option("--only", help="Only the certificate with this serial number.")] = None,
    reader: ReaderOption = None,
    module: ModuleOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show serial numbers of certificates as the JIP account takes them.

    Example: enrol serial
    """
    with run_of(language) as run:
        found = [certificate_in(file)] if file is not None else _facts_on_card(run, reader, module, only)
        if as_json:
            run.json([_as_data(facts) for facts in found])
            return
        rows = [
            (facts.holder, f"{facts.valid_until:%Y-%m-%d}", facts.serial_decimal, facts.serial_hex) for facts in found
        ]
        columns = ("column-holder", "column-valid-until", "column-serial", "column-serial-hex")
        run.table(run.messages.text("serial-title"), columns, rows)


def _facts_on_card(run: Run, reader: str | None, module: Path | None, only: str | None) -> list[CertificateFacts]:
    device = run.find_device(reader)
    found = certificates_on(run.session(ca=None, module=module), device)
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


def _rows(run: Run, issued: Issued) -> list[Row]:
    return report_rows(issued.id, issued.issued, issued.facts, run.messages)


def _show_report(run: Run, rows: list[Row]) -> None:
    for line in report_text(rows, run.messages).splitlines():
        run.line(line)


def _show_deleted(run: Run, deleted: Deleted) -> None:
    item = deleted.certificate
    values = {"serial": item.facts.serial_decimal, "holder": item.facts.holder}
    if deleted.key_failure is None:
        run.say("clean-deleted", **values)
        return
    run.tell_failure(deleted.key_failure)
    run.warn(run.messages.text("clean-half", identifier=item.identifier.hex(), **values))


def _show_unpaired(run: Run, number: int) -> None:
    if number:
        run.say_counted("clean-unpaired", number)

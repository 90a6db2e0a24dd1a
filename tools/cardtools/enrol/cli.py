"""The command `enrol`. Each command imports what it needs when it runs, so that it starts fast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cardtools.common.command import new_app, run_app, with_option_groups
from cardtools.common.groups import new_group
from cardtools.common.options import JsonOption, ModuleOption, ReaderOption, YesOption
from cardtools.common.terms import CertificateProfile
from cardtools.enrol.commands.options import (
    ApplicantOptions,
    CaOption,
    CardOptions,
    LanguageOption,
    OldKeyOptions,
    RequestArgument,
)

app = new_app(
    "Ask a CA for certificates to keys made on a card or token, put them there, renew them, and tidy up.",
    mainly="request",
)


# The device


@app.command()
def watch(
    once: Annotated[bool, typer.Option("--once", help="End as soon as a qualified device is chosen.")] = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """See devices come and go. A qualified device that is put in is chosen as the store, until it is taken out.

    Of a device it also says which of its requests were issued, so that they can be installed. Ctrl-C ends it.

    Example: enrol watch
    """
    from cardtools.enrol.commands.run import enrol_run
    from cardtools.enrol.commands.watch import watch_readers

    with enrol_run(language) as run:
        watch_readers(run, run.session(CardOptions()), once=once, as_json=as_json)


# Requests


@app.command()
@with_option_groups
def request(
    profile: Annotated[CertificateProfile, typer.Argument(help="What kind of certificate to ask for.")],
    *,
    applicant: ApplicantOptions,
    store: Annotated[
        str | None,
        typer.Option(
            help="Where the key is made: a device's name, its reader, `card`, or `file` for a commercial one."
        ),
    ] = None,
    ca: CaOption = None,
    card: CardOptions,
    as_json: JsonOption = False,
) -> None:
    """Ask for a first certificate: a key is made on the card, and the CA gets a request that the card has signed.

    Example: enrol request qualified --name "Jana Nováková" --e-mail jana@example.com
    """
    from cardtools.enrol.commands.requests import applicant_of, named_store, show_sent
    from cardtools.enrol.commands.run import enrol_run
    from cardtools.enrol.flows.file_store import request_into_file
    from cardtools.enrol.flows.requesting import request_first

    with enrol_run(card.language) as run:
        session = run.session(card, ca)
        device = named_store(run, store, card.reader)
        who = applicant_of(run, applicant, profile)
        if device is None:
            show_sent(run, request_into_file(session, profile, who), as_json)
        else:
            show_sent(run, request_first(session, device, profile, who), as_json)


@app.command()
@with_option_groups
def renew(
    *,
    old: OldKeyOptions,
    store: Annotated[
        str | None, typer.Option(help="Where the new key is made: the device's name, its reader, `card` or `file`.")
    ] = None,
    several_years: Annotated[
        bool, typer.Option("--several-years", help="Ask for a certificate of several years, not of one.")
    ] = False,
    ca: CaOption = None,
    card: CardOptions,
    as_json: JsonOption = False,
) -> None:
    """Ask for the follow-on of a certificate in use. The old key signs for it, and stays where it is.

    A certificate for seals is not renewed: its follow-on is asked for with a first request, which is offered.

    Example: enrol renew --serial 1234567890
    """
    from cardtools.common.terms import Validity
    from cardtools.enrol.commands.requests import advise_same_day, follow_on, old_key_of, show_sent, store_of
    from cardtools.enrol.commands.run import enrol_run
    from cardtools.enrol.flows.file_store import follow_on_into_file, is_file_store

    validity = Validity.SEVERAL_YEARS if several_years else Validity.ONE_YEAR
    with enrol_run(card.language) as run:
        session = run.session(card, ca)
        old_key = old_key_of(run, session, card.reader, old)
        if is_file_store(store):
            sent = follow_on_into_file(session, old_key, validity)
        else:
            sent = follow_on(run, session, store_of(run, old_key, store, card.reader), old_key, validity)
        show_sent(run, sent, as_json)
        advise_same_day(run, session, old_key, sent)


@app.command()
def check(
    request_id: Annotated[
        str | None, typer.Argument(help="A request's number; without one, all that wait.", metavar="[ID]")
    ] = None,
    ca: CaOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """See with the CA how requests stand.

    Example: enrol check
    """
    from cardtools.enrol.commands.requests import show_checked
    from cardtools.enrol.commands.run import enrol_run

    with enrol_run(language) as run:
        show_checked(run, run.session(CardOptions(), ca), request_id, as_json)


@app.command()
def forget(request_id: RequestArgument, language: LanguageOption = None) -> None:
    """Forget a request that is noted on this computer, such as one that its CA has lost. Its key stays on the card.

    Example: enrol forget BP3733853312
    """
    from cardtools.enrol.commands.requests import forget as forget_request
    from cardtools.enrol.commands.run import enrol_run

    with enrol_run(language) as run:
        forget_request(run, run.session(CardOptions()), request_id)


# Certificates


@app.command()
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
    from cardtools.enrol.commands.certificates import fetch_into_file
    from cardtools.enrol.commands.run import enrol_run

    with enrol_run(language) as run:
        fetch_into_file(run, run.session(CardOptions(), ca), request_id, out, report)


@app.command()
@with_option_groups
def install(
    request_id: Annotated[
        str | None,
        typer.Argument(help="A request's number; without one, all that were issued for the card.", metavar="[ID]"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Of a key in a file: where it goes with its certificate; ID.pfx without it.", metavar="FILE"),
    ] = None,
    ca: CaOption = None,
    *,
    card: CardOptions,
) -> None:
    """Put an issued certificate onto the card, beside its key; or each that was issued to keys on it.

    A certificate whose key was made in a file goes into a .pfx file with it, under the same password.

    Example: enrol install BP3733853312
    """
    from cardtools.enrol.commands.certificates import put_all_onto_card, put_onto_card
    from cardtools.enrol.commands.run import enrol_run

    with enrol_run(card.language, and_then="not-stored") as run:
        session = run.session(card, ca)
        if request_id is None:
            put_all_onto_card(run, session, card.reader)
        else:
            put_onto_card(run, session, card.reader, request_id, out)


@app.command("import")
@with_option_groups
def import_(
    file: Annotated[Path, typer.Argument(help="A certificate, in DER or PEM.", metavar="FILE")],
    *,
    card: CardOptions,
) -> None:
    """Put a certificate from a file onto the card, beside its key.

    Example: enrol import BP3733853312.crt
    """
    from cardtools.enrol.commands.certificates import put_file_onto_card
    from cardtools.enrol.commands.run import enrol_run

    with enrol_run(card.language, and_then="not-stored") as run:
        session = run.session(card)
        put_file_onto_card(run, session, card.reader, file)


@app.command()
@with_option_groups
def clean(
    serials: Annotated[
        list[str] | None,
        typer.Option("--serial", help="Tick the certificate with this serial number; again for more."),
    ] = None,
    yes: YesOption = False,
    *,
    card: CardOptions,
) -> None:
    """Tick certificates, and delete them with their keys; valid ones too. There is no way back.

    They are deleted in the order in which they are given.

    Example: enrol clean
    """
    from cardtools.enrol.commands.certificates import clean_up
    from cardtools.enrol.commands.run import enrol_run

    with enrol_run(card.language) as run:
        session = run.session(card)
        clean_up(run, session, card.reader, serials or [], yes)


@app.command()
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
    from cardtools.enrol.commands.certificates import facts_on_card, show_serials
    from cardtools.enrol.commands.run import enrol_run
    from cardtools.enrol.files.certificates import certificate_in

    with enrol_run(language) as run:
        card = CardOptions(reader, module=module)
        show_serials(run, facts_on_card(run, card, only) if file is None else [certificate_in(file)], as_json)


# Settings

settings_app = new_group("Show and change the client's settings.", mainly="set")
app.add_typer(settings_app, name="settings")


@settings_app.command("show")
def show_settings(language: LanguageOption = None, as_json: JsonOption = False) -> None:
    """Show the settings, and where they are kept.

    Example: enrol settings show
    """
    from cardtools.enrol.commands import settings
    from cardtools.enrol.commands.run import enrol_run

    with enrol_run(language) as run:
        settings.show(run, as_json)


@settings_app.command("set")
def set_setting(
    name: Annotated[str, typer.Argument(help="ca-url, ca-patience, language or pki-manager-version.")],
    value: Annotated[str, typer.Argument(help='The new value; "" brings the default back.')],
    language: LanguageOption = None,
) -> None:
    """Change a setting.

    Example: enrol settings set pki-manager-version 1.4.10
    """
    from cardtools.enrol.commands import settings
    from cardtools.enrol.commands.run import enrol_run

    with enrol_run(language) as run:
        settings.change(run, name, value)


def main() -> None:
    """The entry point of the `enrol` command."""
    run_app(app, "enrol")

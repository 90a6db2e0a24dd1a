"""The commands `request`, `renew` and `check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from cardtools.enrol import wizard
from cardtools.enrol.device import QualifiedDevice
from cardtools.enrol.errors import BadInputError, EnrolError
from cardtools.enrol.on_card import certificates_on
from cardtools.enrol.options import (
    CaOption,
    CodesFileOption,
    JsonOption,
    LanguageOption,
    ModuleOption,
    ReaderOption,
    StdinOption,
)
from cardtools.enrol.pending import checked_id
from cardtools.enrol.renewing import OldKey, OldKeyOnCard, choose_store, old_key_in, request_follow_on
from cardtools.enrol.requesting import Sent, request_first
from cardtools.enrol.run import Run, run_of
from cardtools.enrol.session import Session
from cardtools.enrol.standing import Standing, look_up
from cardtools.protocol import Applicant, CertificateProfile, RequestState
from cardtools.told import Name

NameOption = Annotated[str | None, typer.Option("--name", help="The applicant's name; for a seal, the organisation's.")]
EMailOption = Annotated[str | None, typer.Option("--e-mail", help="The applicant's e-mail address.")]


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.command("request")(request)
    app.command("renew")(renew)
    app.command("check")(check)


def request(
    profile: Annotated[CertificateProfile, typer.Argument(help="What kind of certificate to ask for.")],
    name: NameOption = None,
    e_mail: EMailOption = None,
    organisation: Annotated[str | None, typer.Option(help="The organisation that the applicant works for.")] = None,
    ca: CaOption = None,
    reader: ReaderOption = None,
    stdin: StdinOption = False,
    codes_file: CodesFileOption = None,
    module: ModuleOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask for a first certificate: a key is made on the card, and the CA gets a request that the card has signed.

    Example: enrol request qualified --name "Jana Nováková" --e-mail jana@example.com
    """
    with run_of(language) as run:
        session = run.session(ca=ca, stdin=stdin, codes_file=codes_file, module=module)
        device = run.find_device(reader)
        applicant = _applicant(
            wizard.ask_if_missing(run, "applicant-name", name, "--name"),
            wizard.ask_if_missing(run, "applicant-e-mail", e_mail, "--e-mail"),
            organisation,
        )
        _show_sent(run, request_first(session, device, profile, applicant), as_json)


def renew(
    serial: Annotated[
        str | None, typer.Option(help="The serial number of the certificate to renew; `enrol serial` shows it.")
    ] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from", help="The old certificate with its key, as PKCS#12.", metavar="FILE")
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="Where the new key is made: the device's name, its reader, or `card`.")
    ] = None,
    ca: CaOption = None,
    reader: ReaderOption = None,
    stdin: StdinOption = False,
    codes_file: CodesFileOption = None,
    module: ModuleOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask for the follow-on of a certificate in use. The old key signs for it, and stays where it is.

    Example: enrol renew --serial 1234567890
    """
    with run_of(language) as run:
        session = run.session(ca=ca, stdin=stdin, codes_file=codes_file, module=module)
        if from_file is None:
            old: OldKey = _old_on_card(run, session, reader, serial)
        else:
            prompt = run.messages.text("pkcs12-password", file=from_file.name)
            old = old_key_in(from_file, lambda: session.codes.code("password", prompt))
        chosen = _store(run, old, store, reader)
        _show_sent(run, request_follow_on(session, chosen, old), as_json)


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
    with run_of(language) as run:
        session = run.session(ca=ca)
        ids = session.pending.ids() if request_id is None else [checked_id(request_id)]
        found = [look_up(session, one) for one in ids]
        if as_json:
            run.json([_as_data(standing) for standing in found])
        else:
            _show_standings(run, found)
        for standing in found:
            _finish(run, session, standing)
        failures = [standing.failure.status for standing in found if standing.failure is not None]
        if failures:
            raise typer.Exit(max(failures))


def _applicant(name: str, e_mail: str, organisation: str | None) -> Applicant:
    try:
        applicant = Applicant(name=name, e_mail=e_mail, organisation=organisation)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = f"--{first['loc'][0]}".replace("_", "-")
        raise BadInputError("applicant-wrong", field=field, reason=first["msg"]) from error
    # rfc822Name is an IA5String (RFC 5280, 4.2.1.6).
    for field, text, fits in (
        ("--name", applicant.name, applicant.name.isprintable()),
        ("--organisation", applicant.organisation or "", (applicant.organisation or "").isprintable()),
        ("--e-mail", applicant.e_mail, applicant.e_mail.isascii() and applicant.e_mail.isprintable()),
    ):
        if not fits:
            raise BadInputError("applicant-wrong", field=field, reason=ascii(text))
    return applicant


def _old_on_card(run: Run, session: Session, reader: str | None, serial: str | None) -> OldKeyOnCard:
    device = run.find_device(reader)
    found = [item for item in certificates_on(session, device) if item.area is not None or serial is not None]
    if not found:
        raise EnrolError("nothing-to-renew", card=device.name)
    return OldKeyOnCard(device, wizard.choose_one(run, device, found, serial))


def _store(run: Run, old: OldKey, name: str | None, reader: str | None) -> QualifiedDevice:
    """Preset to the device on which the old certificate lies, else chosen by hand (PQ-26)."""
    if old.device is not None and name is None:
        run.progress(run.messages.text("store-preset", store=old.device.name))
        return old.device
    if old.device is not None and name is not None and name.casefold() == "card":
        return old.device
    stores = run.find_stores(reader if old.device is None else None)
    chosen = choose_store(wizard.choose_store(run, stores, name), stores)
    run.device = chosen
    run.progress(run.messages.text("store-chosen", store=chosen.name))
    return chosen


def _show_sent(run: Run, sent: Sent, as_json: bool) -> None:
    if as_json:
        run.json(sent.request.model_dump(mode="json"))
    else:
        run.say("request-sent", id=sent.request.id)
        run.say("request-next", id=sent.request.id)
    if sent.unremembered is not None:
        reason = run.messages.told(sent.unremembered)
        run.warn(run.messages.text("request-not-remembered", id=sent.request.id, reason=reason))


def _show_standings(run: Run, found: list[Standing]) -> None:
    if not found:
        run.say("nothing-pending")
    rows = [
        (
            standing.id,
            run.messages.text(f"profile-{standing.status.profile.value}"),
            standing.status.applicant.name,
            run.messages.text(f"state-{standing.status.state.value}"),
        )
        for standing in found
        if standing.status is not None
    ]
    if rows:
        columns = ("column-id", "column-profile", "column-applicant", "column-state")
        run.table(run.messages.text("check-title"), columns, rows)
    for standing in found:
        if standing.issued:
            run.say("check-issued", id=standing.id)


def _finish(run: Run, session: Session, standing: Standing) -> None:
    """What is told on standard error, so that JSON stays JSON; a refused request need not be remembered after that."""
    if standing.failure is not None:
        run.warn(f"{standing.id}:")
        run.tell_failure(standing.failure)
    if standing.status is None or standing.status.state is not RequestState.REFUSED:
        return
    run.warn(run.messages.text("check-refused", id=standing.id, reason=standing.status.reason or "?"))
    pending = standing.pending
    if pending is not None:
        run.warn(
            run.messages.text("check-refused-key", identifier=pending.key, card=pending.card, area=Name(pending.area))
        )
        session.pending.forget(standing.id)


def _as_data(standing: Standing) -> dict[str, object]:
    status = standing.status
    return {
        "id": standing.id,
        "status": None if status is None else status.model_dump(mode="json"),
        "problem": None if standing.failure is None else standing.failure.key,
    }

"""What the commands `request`, `renew` and `check` ask and show."""

from __future__ import annotations

import typer

from cardtools.common.applicants import NAME_BYTES, flaw_in_address, flaw_in_identifier, flaw_in_name, flaw_in_surname
from cardtools.common.protocol import Applicant, CertificateProfile, RequestState, Validity
from cardtools.common.told import Name
from cardtools.enrol.commands import wizard
from cardtools.enrol.commands.options import ApplicantOptions, OldKeyOptions
from cardtools.enrol.commands.run import EnrolRun
from cardtools.enrol.errors import BadInputError, EnrolError
from cardtools.enrol.files.certificates import now
from cardtools.enrol.files.pending import PendingRequest, checked_id
from cardtools.enrol.flows.card_certificates import certificates_on
from cardtools.enrol.flows.device import QualifiedDevice
from cardtools.enrol.flows.file_store import is_file_store
from cardtools.enrol.flows.renewing import (
    OldKey,
    OldKeyOnCard,
    SealNotRenewedError,
    choose_store,
    old_key_in,
    request_follow_on,
)
from cardtools.enrol.flows.request_status import CheckedRequest, check_request
from cardtools.enrol.flows.requesting import Sent, request_first
from cardtools.enrol.flows.session import Session


def applicant_of(run: EnrolRun, given: ApplicantOptions, profile: CertificateProfile) -> Applicant:
    """Who asks; what was left out on the command line is asked for. Raises BadInputError."""
    name = wizard.ask_if_missing(run, "applicant-name", given.name, "--name")
    e_mail = wizard.ask_if_missing(run, "applicant-e-mail", given.e_mail, "--e-mail")
    flaws = {
        "--name": flaw_in_name(name),
        "--e-mail": flaw_in_address(e_mail),
        "--organisation": given.organisation and flaw_in_name(given.organisation),
        "--surname": given.surname and flaw_in_surname(given.surname, name),
        "--identifier": given.identifier
        and flaw_in_identifier(given.identifier, of_organisation=profile is CertificateProfile.SEAL),
    }
    for field, flaw in flaws.items():
        if flaw:
            raise BadInputError(f"applicant-{flaw}", field=field, most=NAME_BYTES)
    return Applicant(
        name=name,
        e_mail=e_mail,
        organisation=given.organisation,
        surname=given.surname,
        identifier=given.identifier,
    )


def named_store(run: EnrolRun, name: str | None, reader: str | None) -> QualifiedDevice | None:
    """The device on which a first key is made, None for a file; without a name the only one. Raises ToldError."""
    if is_file_store(name):
        return None
    if name is None:
        return run.find_device(reader)
    run.device = choose_store(name, run.find_stores(reader))
    run.progress(run.messages.text("store-chosen", store=run.device.name))
    return run.device


def old_key_of(run: EnrolRun, session: Session, reader: str | None, wanted: OldKeyOptions) -> OldKey:
    """The key of the certificate that is to be renewed: in a file, or on the card. Raises ToldError."""
    if wanted.from_file is None:
        return _old_on_card(run, session, reader, wanted.serial)
    prompt = run.messages.text("pkcs12-password", file=wanted.from_file.name)
    return old_key_in(wanted.from_file, lambda: session.codes.code("password", prompt))


def _old_on_card(run: EnrolRun, session: Session, reader: str | None, serial: str | None) -> OldKeyOnCard:
    device = run.find_device(reader)
    found = [item for item in certificates_on(session, device) if item.area is not None or serial is not None]
    if not found:
        raise EnrolError("nothing-to-renew", card=device.name)
    return OldKeyOnCard(device, wizard.choose_one(run, device, found, serial))


def store_of(run: EnrolRun, old: OldKey, name: str | None, reader: str | None) -> QualifiedDevice:
    """Preset to the device on which the old certificate lies, or that was put in last; else chosen by hand (PQ-26).

    Raises ToldError.
    """
    if old.device is not None and name is None:
        run.progress(run.messages.text("store-preset", store=old.device.name))
        return old.device
    if old.device is not None and name is not None and name.casefold() == "card":
        return old.device
    stores = run.find_stores(reader if old.device is None else None)
    if name is None and (preset := run.chosen_store(stores)):
        run.device = preset
        run.progress(run.messages.text("store-preset-put-in", store=preset.name))
        return preset
    chosen = choose_store(wizard.choose_store(run, stores, name), stores)
    run.device = chosen
    run.progress(run.messages.text("store-chosen", store=chosen.name))
    return chosen


def follow_on(run: EnrolRun, session: Session, store: QualifiedDevice, old: OldKey, validity: Validity) -> Sent:
    """Asks for the follow-on; of a certificate for seals by a first request, when somebody at the terminal says so.

    Raises ToldError.
    """
    try:
        return request_follow_on(session, store, old, validity)
    except SealNotRenewedError as error:
        if not wizard.somebody_is_there():
            raise
        run.tell_failure(error)
        wizard.confirm(run, "seal-ask-first", yes=False)
        return request_first(session, store, CertificateProfile.SEAL, error.applicant)


def show_sent(run: EnrolRun, sent: Sent, as_json: bool) -> None:
    """Shows the number of a request that the CA has."""
    if as_json:
        run.json(sent.request.model_dump(mode="json"))
    else:
        run.say("request-sent", id=sent.request.id)
        if sent.request.profile is CertificateProfile.SEAL:
            run.say("request-next-seal")
        elif sent.request.renews is None:
            run.say("request-next-post-office")
        run.say("request-next", id=sent.request.id)
    if sent.unremembered is not None:
        reason = run.messages.told(sent.unremembered)
        run.warn_of("request-not-remembered", id=sent.request.id, reason=reason)


def advise_same_day(run: EnrolRun, session: Session, old: OldKey, sent: Sent) -> None:
    """Names what else is on a card whose certificates are best renewed on the same day (TM-12). Raises CardError."""
    device = old.device
    if device is None or not device.kind.renewed_together.advised:
        return
    pending = session.pending.of_card(device.status.profile, device.status.serial)
    renewed = {old.facts.serial_hex, sent.request.renews, *(request.renews for request in pending)}
    for item in certificates_on(session, device):
        if item.area is not None and item.facts.serial_hex not in renewed and item.facts.valid_at(now()):
            run.warn_of("renew-same-day", holder=item.facts.holder, serial=item.facts.serial_decimal)


def show_checked(run: EnrolRun, session: Session, request_id: str | None, as_json: bool) -> None:
    """Shows how a request stands, or all that wait. Raises ToldError; typer.Exit when one can't be told."""
    ids = session.pending.ids() if request_id is None else [checked_id(request_id)]
    found = [check_request(session, one) for one in ids]
    if as_json:
        run.json([_as_data(checked) for checked in found])
    else:
        _show_checked(run, found)
    for checked in found:
        _finish(run, session, checked)
    failures = [checked.failure.exit_code for checked in found if checked.failure is not None]
    if failures:
        raise typer.Exit(max(failures))


def _show_checked(run: EnrolRun, found: list[CheckedRequest]) -> None:
    if not found:
        run.say("nothing-pending")
    rows = [
        (
            checked.id,
            run.messages.text(f"profile-{checked.status.profile.value}"),
            checked.status.applicant.name,
            run.messages.text(f"state-{checked.status.state.value}"),
        )
        for checked in found
        if checked.status is not None
    ]
    if rows:
        columns = ("column-id", "column-profile", "column-applicant", "column-state")
        run.table(run.messages.text("check-title"), columns, rows)
    for checked in found:
        if checked.issued:
            in_file = checked.pending is not None and checked.pending.in_file
            run.say("check-issued-in-file" if in_file else "check-issued", id=checked.id)


def _finish(run: EnrolRun, session: Session, checked: CheckedRequest) -> None:
    """What is told on standard error, so that JSON stays JSON; a refused request need not be remembered after that."""
    if checked.failure is not None:
        if checked.id not in checked.failure.values.values():
            run.warn(f"{checked.id}:")
        run.tell_failure(checked.failure)
        if checked.failure.key == "check-lost" and checked.pending is not None:
            run.warn_of("check-lost-forget", id=checked.id)
    if checked.status is None or checked.status.state is not RequestState.REFUSED:
        return
    run.warn_of("check-refused", id=checked.id, reason=checked.status.reason or "?")
    pending = checked.pending
    if pending is not None:
        session.pending.forget(checked.id)
        _tell_key_left(run, session, pending)


def forget(run: EnrolRun, session: Session, request_id: str) -> None:
    """Forgets a request that was noted here; its key stays on the card. Raises ToldError."""
    pending = session.pending.find(checked_id(request_id))
    if pending is None:
        raise EnrolError("forget-unknown", id=checked_id(request_id))
    session.pending.forget(pending.id)
    run.say("forgotten", id=pending.id)
    _tell_key_left(run, session, pending)


def _tell_key_left(run: EnrolRun, session: Session, pending: PendingRequest) -> None:
    """What becomes of the key of a request that leads to nothing; one in a file is deleted. Raises UnavailableError."""
    if pending.in_file:
        session.pending.keys.forget(pending.key)
        run.warn_of("check-refused-key-in-file")
    else:
        run.warn_of("check-refused-key", identifier=pending.key, card=pending.card, area=Name(pending.area))


def _as_data(checked: CheckedRequest) -> dict[str, object]:
    status = checked.status
    return {
        "id": checked.id,
        "status": None if status is None else status.model_dump(mode="json"),
        "problem": None if checked.failure is None else checked.failure.key,
    }

"""The acts that are the enrolment client's: each is what a command of `enrol` does, with codes from a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cardtools.common.terms import CertificateProfile, Validity
from cardtools.console.acts.given import GivenCodes
from cardtools.console.acts.telling import EnrolOnPage
from cardtools.console.acts.values import ActName
from cardtools.enrol.ca_client import CaClient
from cardtools.enrol.commands.certificates import clean_up, put_onto_card
from cardtools.enrol.commands.options import ApplicantOptions
from cardtools.enrol.commands.requests import applicant_of, show_checked, show_sent
from cardtools.enrol.commands.settings import change
from cardtools.enrol.errors import EnrolError
from cardtools.enrol.files.pending import PendingRequests
from cardtools.enrol.files.settings import home
from cardtools.enrol.flows.card_certificates import certificates_on, with_serial
from cardtools.enrol.flows.renewing import OldKeyOnCard, request_follow_on
from cardtools.enrol.flows.requesting import request_first
from cardtools.enrol.flows.session import Session

PROFILE, NAME, E_MAIL, ORGANISATION = "profile", "name", "e-mail", "organisation"
SERIAL, REQUEST_ID, VERSION, VALIDITY = "serial", "request-id", "version", "validity"
"""Names of fields."""

MANAGER_VERSION = "pki-manager-version"

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A run of the enrolment client, and what it works with."""

    run: EnrolOnPage
    session: Session
    confirmed: bool
    """Whether what can't be undone was confirmed."""


def enrolment(run: EnrolOnPage, values: Values, ca_url: str | None, *, confirmed: bool) -> Enrolment:
    """What the flows work with, with codes from a form."""
    settings = run.settings
    client = CaClient(ca_url or settings.ca_url, settings.ca_patience, run.messages.language)
    codes = GivenCodes(values)
    session = Session(settings, client, PendingRequests(home()), codes, run.messages, run.progress)
    return Enrolment(run, session, confirmed)


def _request(on: Enrolment, values: Values) -> None:
    profile = CertificateProfile(values.get(PROFILE, ""))
    device = on.run.find_device(None)
    given = ApplicantOptions(
        name=values.get(NAME, ""), e_mail=values.get(E_MAIL, ""), organisation=values.get(ORGANISATION) or None
    )
    applicant = applicant_of(on.run, given, profile)
    show_sent(on.run, request_first(on.session, device, profile, applicant), as_json=False)


def _renew(on: Enrolment, values: Values) -> None:
    device = on.run.find_device(None)
    validity = Validity(values.get(VALIDITY, Validity.ONE_YEAR))
    certificate = with_serial(device, certificates_on(on.session, device), values.get(SERIAL, ""))
    show_sent(on.run, request_follow_on(on.session, device, OldKeyOnCard(device, certificate), validity), as_json=False)


def _check(on: Enrolment, _values: Values) -> None:
    show_checked(on.run, on.session, None, as_json=False)


def _install(on: Enrolment, values: Values) -> None:
    put_onto_card(on.run, on.session, None, values.get(REQUEST_ID, ""))


def _clean(on: Enrolment, values: Values) -> None:
    if not on.confirmed:
        raise EnrolError("clean-nothing-done")
    clean_up(on.run, on.session, None, [values.get(SERIAL, "")], yes=True)


def _settings(on: Enrolment, values: Values) -> None:
    change(on.run, MANAGER_VERSION, values.get(VERSION, "").strip())


ENROLMENT_ACTS: dict[ActName, Callable[[Enrolment, Values], None]] = {
    ActName.REQUEST: _request,
    ActName.RENEW: _renew,
    ActName.CHECK: _check,
    ActName.INSTALL: _install,
    ActName.CLEAN: _clean,
    ActName.SETTINGS: _settings,
}

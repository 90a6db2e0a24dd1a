"""A first request for a certificate (PQ-18)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cardtools.common.protocol import (
    Applicant,
    Attestation,
    CertificateProfile,
    CertificateRequest,
    RequestStatus,
)
from cardtools.common.told import Told, ToldError
from cardtools.enrol.files import pkcs10
from cardtools.enrol.files.certificates import now
from cardtools.enrol.files.pending import PendingRequest
from cardtools.enrol.flows.device import QualifiedDevice
from cardtools.enrol.flows.key_making import (
    KeyPlan,
    make_key_and_request,
    new_identifier,
    statement_about,
    undone_on_failure,
)
from cardtools.enrol.flows.session import PIN, Codes, Session

Send = Callable[[bytes, Attestation, Codes], RequestStatus]
"""Sends a PKCS#10 request (DER), and the card's statement about its key; the codes are those given."""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What is asked for. `codes_for` are ids of codes that `send` needs besides; `renews` is a serial number."""

    profile: CertificateProfile
    applicant: Applicant
    send: Send
    codes_for: tuple[str, ...] = ()
    renews: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that the CA has. `unremembered` says why it could not be noted on this computer."""

    request: PendingRequest
    unremembered: Told | None = None


def request_first(session: Session, device: QualifiedDevice, profile: CertificateProfile, applicant: Applicant) -> Sent:
    """Asks for a certificate to a new key on the device.

    Raises NumberedError (622) when the area has no place or the manager is outdated, StepFailedError when something
    failed after the key was made, and EnrolError, CardError, PromptError. The card is then as it was, or the error
    says what remained on it.
    """

    def send(request: bytes, statement: Attestation, _: Codes) -> RequestStatus:
        message = CertificateRequest(
            profile=profile, applicant=applicant, pkcs10=pkcs10.as_pem(request), attestation=statement
        )
        return session.ca.request(message)

    return request_with_new_key(session, device, NewRequest(profile, applicant, send))


def request_with_new_key(session: Session, device: QualifiedDevice, new: NewRequest) -> Sent:
    """Makes a key, has the request signed and the key attested, and hands both to `send`; as `request_first`.

    What can fail without a key is tried before one is made.
    """
    device.require_manager(session.settings)
    area = device.area_for(new.profile)
    device.require_place(area)
    session.pending.prepare()
    session.step("step-challenge")
    nonce = session.ca.challenge().nonce
    codes = session.ask_codes(device, _codes_needed(area.guard, new))
    plan = KeyPlan(device, area, new.profile, new_identifier(), codes)
    with undone_on_failure(session, plan) as progress:
        session.step("step-key")
        request = make_key_and_request(session, plan, new.applicant)
        progress.key_made = True
        # Of every key: so the CA knows which certificates are on a card that is to be handed over (PQ-25).
        session.step("step-statement")
        statement = statement_about(plan, nonce)
        session.step("step-send")
        progress.sending = True
        status = new.send(request, statement, codes)
    return _remembered(session, plan, status, new.renews)


def _codes_needed(guard: str, new: NewRequest) -> tuple[str, ...]:
    """In the order in which the documents' programs ask: PIN, then QPIN; for a renewal the other way round (PQ-26)."""
    return (PIN, guard, *new.codes_for) if new.renews is None else (guard, *new.codes_for, PIN)


def _remembered(session: Session, plan: KeyPlan, status: RequestStatus, renews: str | None) -> Sent:
    request = PendingRequest(
        id=status.id,
        ca_url=session.ca.url,
        profile=status.profile,
        applicant=status.applicant.name,
        sent=now(),
        card_profile=plan.device.status.profile,
        card_serial=plan.device.status.serial,
        area=plan.area.name,
        key=plan.identifier.hex(),
        renews=renews,
    )
    try:
        session.pending.remember(request)
    except ToldError as error:
        return Sent(request, error)
    return Sent(request)

"""What comes after a request: the certificate that was issued, and its way to the card (PQ-19, PQ-20)."""

from __future__ import annotations

from dataclasses import dataclass

from cardtools.card.errors import NoSpaceError, UnpairedCertificateError
from cardtools.common.certificates import CertificateFacts
from cardtools.common.protocol import IssuedCertificate, Problem, RequestState
from cardtools.enrol.ca_client import CaClient, CaError, CaRefusedError
from cardtools.enrol.errors import EnrolError
from cardtools.enrol.files.certificates import read_certificate
from cardtools.enrol.files.pending import PendingRequest
from cardtools.enrol.flows.card_certificates import CertificateOnCard, certificates_of
from cardtools.enrol.flows.device import QualifiedDevice
from cardtools.enrol.flows.open_card import open_token
from cardtools.enrol.flows.session import PIN, Codes, Session


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that the CA issued to a request. `pending` is what is remembered of that, if anything."""

    id: str
    issued: IssuedCertificate
    facts: CertificateFacts
    pending: PendingRequest | None


def ca_of(session: Session, pending: PendingRequest | None) -> CaClient:
    """The CA that has a request; of one not remembered here, the CA of the settings."""
    return session.ca if pending is None else session.ca.at(pending.ca_url)


def fetch(session: Session, request_id: str) -> Issued:
    """The certificate to a request. Raises EnrolError when it is not issued or was refused; CaError."""
    pending = session.pending.find(request_id)
    ca = ca_of(session, pending)
    status = ca.status(request_id)
    if status.state is RequestState.REFUSED:
        raise EnrolError("request-refused", id=request_id, reason=status.reason or "?")
    if status.state is RequestState.PENDING:
        raise EnrolError("not-issued-yet", id=request_id)
    try:
        issued = ca.certificate_of(request_id)
    except CaRefusedError as error:
        if error.problem is Problem.NOT_ISSUED_YET:
            raise EnrolError("not-issued-yet", id=request_id) from error
        raise
    try:
        facts = read_certificate(issued.pem.encode())
    except ValueError as error:
        raise CaError("ca-rubbish", perhaps_done=False, url=ca.url, reason="a certificate that is none") from error
    return Issued(request_id, issued, facts, pending)


def install(session: Session, device: QualifiedDevice, issued: Issued, codes: Codes | None = None) -> bytes:
    """Stores the certificate beside its key, and forgets the request; gives the key's identifier.

    `codes` are what was given already; without them PIN is asked for.

    Raises NumberedError (621) when it does not fit, EnrolError when its key is not there, CardError and PromptError.
    """
    pending = issued.pending
    if pending is not None and (pending.card_profile, pending.card_serial) != _card(device):
        raise EnrolError(
            "wrong-device",
            id=issued.id,
            wanted=pending.card,
            present=f"{device.name} {device.status.serial}",
        )
    identifier = place_for(session, device, issued.facts)
    if pending is not None and identifier.hex() != pending.key.lower():
        raise EnrolError("certificate-of-another-key", url=pending.ca_url, id=issued.id)
    store(session, device, issued.facts, f"enrol install {issued.id}", codes)
    session.pending.forget(issued.id)
    return identifier


def place_for(session: Session, device: QualifiedDevice, facts: CertificateFacts) -> bytes:
    """The identifier of the certificate's key on the card; no code is needed.

    Raises EnrolError when the key is not there, or has a certificate already, and CardError.
    """
    try:
        with open_token(session, device) as token:
            _require_new(device, certificates_of(token), facts)
            key = token.key_of_certificate(facts.der)
    except UnpairedCertificateError as error:
        raise EnrolError("no-such-key", card=device.name) from error
    assert key.identifier is not None, "a key that a certificate can be found for is listed"
    return key.identifier


def store(
    session: Session, device: QualifiedDevice, facts: CertificateFacts, again: str, codes: Codes | None = None
) -> None:
    """Stores a certificate that has a place beside its key (PQ-20). `again` is the command that does so once more.

    Raises NumberedError (621) when it does not fit, CardError, PromptError; the card is then as it was.
    """
    given = session.ask_codes(device, (PIN,)) if codes is None else codes
    try:
        with open_token(session, device) as token:
            token.log_in(given)
            token.store_certificate(None, facts.holder, facts.der)
    except NoSpaceError as error:
        raise device.no_space(again) from error


def _require_new(device: QualifiedDevice, there: list[CertificateOnCard], facts: CertificateFacts) -> None:
    """Raises EnrolError when the certificate is on the card already, or its key has another one there."""
    for other in there:
        if other.facts.der == facts.der:
            raise EnrolError("already-there", card=device.name)
        if other.facts.public_key == facts.public_key:
            raise EnrolError("key-has-certificate", serial=other.facts.serial_decimal, card=device.name)


def _card(device: QualifiedDevice) -> tuple[str, str]:
    return device.status.profile, device.status.serial

"""Commercial certificates whose key is made in software, and that live in a .pfx file with a password (TM-10)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cardtools.card.file_errors import WrongPasswordError
from cardtools.common.protocol import (
    Applicant,
    CertificateProfile,
    CertificateRequest,
    RenewalRequest,
    RequestStatus,
    Validity,
)
from cardtools.common.told import ToldError
from cardtools.enrol.errors import BadInputError, EnrolError
from cardtools.enrol.files import pkcs10
from cardtools.enrol.files.certificates import now
from cardtools.enrol.files.key_files import as_pkcs12, new_key
from cardtools.enrol.files.pending import FILE, PendingRequest
from cardtools.enrol.files.private_files import write_private_new
from cardtools.enrol.flows.installing import Issued
from cardtools.enrol.flows.renewing import OldKey, certificate_to_renew
from cardtools.enrol.flows.requesting import Sent
from cardtools.enrol.flows.session import Codes, Session


@dataclass(frozen=True, slots=True)
class _New:
    """What is asked for. `send` sends a PKCS#10 request (DER)."""

    profile: CertificateProfile
    applicant: Applicant
    send: Callable[[bytes], RequestStatus]
    renews: str | None = None


def is_file_store(name: str | None) -> bool:
    """Whether a person has named a file as the store."""
    return name is not None and name.casefold() == FILE


def request_into_file(session: Session, profile: CertificateProfile, applicant: Applicant) -> Sent:
    """Asks for a first certificate to a key in a file.

    Raises EnrolError for one that is not commercial, CaError, PromptError, UnavailableError; no key is left then.
    """

    def send(request: bytes) -> RequestStatus:
        pem = pkcs10.as_pem(request)
        return session.ca.request(CertificateRequest(profile=profile, applicant=applicant, pkcs10=pem))

    return _request(session, _New(profile, applicant, send))


def follow_on_into_file(session: Session, old: OldKey, validity: Validity) -> Sent:
    """Asks for the follow-on, to a key in a file. Raises as `request_into_file` and `request_follow_on` do."""
    issued = certificate_to_renew(session, old)
    _require_commercial(issued.profile)
    codes: Codes = {}
    if old.device is not None and old.guard is not None:
        codes = session.ask_codes(old.device, (old.guard,))

    def send(request: bytes) -> RequestStatus:
        message = RenewalRequest(
            old_serial=old.facts.serial_hex,
            pkcs10=pkcs10.as_pem(request),
            proof=old.sign(session, request, codes).hex(),
            validity=validity,
        )
        return session.ca.renew(message)

    return _request(session, _New(issued.profile, issued.applicant, send, old.facts.serial_hex))


def into_file(session: Session, issued: Issued, pending: PendingRequest, file: Path) -> None:
    """Writes an issued certificate with its key into a file, and forgets the request.

    Raises WrongPasswordError, EnrolError when the certificate is of another key, BadInputError, PromptError.
    """
    password = session.codes.code("password", session.messages.text("file-password-again", id=issued.id))
    try:
        key = session.pending.keys.find(pending.key, password)
    except ValueError:
        raise WrongPasswordError from None
    if key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != issued.facts.public_key:
        raise EnrolError("certificate-of-another-key", url=pending.ca_url, id=issued.id)
    write_private_new(file, as_pkcs12(key, issued.facts.der, issued.facts.holder, password))
    session.pending.forget(issued.id)
    session.pending.keys.forget(pending.key)


def _request(session: Session, new: _New) -> Sent:
    """Keeps the key before anybody hears of it, and deletes it when the CA does not take the request."""
    _require_commercial(new.profile)
    session.pending.prepare()
    password = _new_password(session)
    session.step("step-key-in-file")
    key, identifier = new_key(), secrets.token_hex(8)
    public_key = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    info = pkcs10.request_info(new.applicant, public_key)
    request = pkcs10.signed_request(info, key.sign(info.dump(), padding.PKCS1v15(), hashes.SHA256()))
    session.pending.keys.keep(identifier, key, password)
    try:
        session.step("step-send")
        status = new.send(request)
    except BaseException:
        session.pending.keys.forget(identifier)
        raise
    pending = PendingRequest.of_file(status, session.ca.url, identifier, now(), new.renews)
    try:
        session.pending.remember(pending)
    except ToldError as error:
        return Sent(pending, error)
    return Sent(pending)


def _new_password(session: Session) -> str:
    text = session.messages.text
    password = session.codes.new_code("password", text("file-password"), text("file-password-twice"))
    if not password:
        raise BadInputError("file-password-empty")
    return password


def _require_commercial(profile: CertificateProfile) -> None:
    if profile is not CertificateProfile.COMMERCIAL:
        raise EnrolError("file-only-commercial")

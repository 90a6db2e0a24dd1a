"""A request for the follow-on of a certificate in use (PQ-26, TM-08). The old key proves that its holder asks."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from cardtools.card.pkcs12 import PrivateKey, read_pkcs12
from cardtools.common.certificates import CertificateFacts
from cardtools.common.protocol import (
    Applicant,
    Attestation,
    CertificateProfile,
    IssuedCertificate,
    Problem,
    RenewalRequest,
    RequestStatus,
    Validity,
)
from cardtools.enrol.ca_client import CaRefusedError
from cardtools.enrol.errors import BadInputError, EnrolError
from cardtools.enrol.files import pkcs10
from cardtools.enrol.files.certificates import file_content, now, read_certificate
from cardtools.enrol.flows.card_certificates import CertificateOnCard
from cardtools.enrol.flows.device import QualifiedDevice
from cardtools.enrol.flows.open_card import open_token
from cardtools.enrol.flows.requesting import NewRequest, Sent, request_with_new_key
from cardtools.enrol.flows.session import PIN, Codes, Session

CARD_STORE = "card"
"""The store that is the device in the reader, whatever its name."""


class OldKey(Protocol):
    """The key of the certificate that is to be renewed."""

    @property
    def facts(self) -> CertificateFacts:
        """Its certificate."""

    @property
    def device(self) -> QualifiedDevice | None:
        """The device on which it lies; None for one in a file."""

    @property
    def guard(self) -> str | None:
        """The id of the code that its use takes; None for one in a file."""

    def sign(self, session: Session, data: bytes, codes: Codes) -> bytes:
        """A signature with SHA-256. Raises CardError."""


@dataclass(frozen=True, slots=True)
class OldKeyOnCard:
    """One on a device; that is the preset store of the follow-on."""

    device: QualifiedDevice
    certificate: CertificateOnCard

    @property
    def facts(self) -> CertificateFacts:
        """Its certificate."""
        return self.certificate.facts

    @property
    def guard(self) -> str | None:
        """The code of its area. Raises EnrolError when the key is gone."""
        if self.certificate.area is None:
            raise EnrolError("key-of-certificate-gone", serial=self.facts.serial_decimal, card=self.device.name)
        return self.device.status.area(self.certificate.area).guard

    def sign(self, session: Session, data: bytes, codes: Codes) -> bytes:
        """As the card signs."""
        with open_token(session, self.device) as token:
            token.log_in(codes)
            return token.sign(self.certificate.identifier, data)


@dataclass(frozen=True, slots=True)
class OldKeyInFile:
    """One in a PKCS#12 file."""

    facts: CertificateFacts
    key: PrivateKey
    device: None = None
    guard: None = None

    def sign(self, session: Session, data: bytes, codes: Codes) -> bytes:  # noqa: ARG002 - it needs neither
        """As a file's key signs."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


def old_key_in(file: Path, password: Callable[[], str]) -> OldKeyInFile:
    """The key and certificate of a PKCS#12 file, whose password is asked once it has been read.

    Raises BadInputError when the file can't be read, and what `read_pkcs12` raises.
    """
    content = file_content(file)
    found = read_pkcs12(content, password())
    return OldKeyInFile(read_certificate(found.certificate.public_bytes(Encoding.DER)), found.key)


def certificate_in_use(session: Session, facts: CertificateFacts) -> IssuedCertificate:
    """What the CA knows of a certificate, which must be in use (TM-08). Raises EnrolError, CaError."""
    try:
        issued = session.ca.certificate(facts.serial_hex)
    except CaRefusedError as error:
        if error.problem is not Problem.NOT_FOUND:
            raise
        raise EnrolError("not-of-this-ca", url=session.ca.url, serial=facts.serial_decimal) from error
    if not _is_same(issued, facts):
        raise EnrolError("not-of-this-ca", url=session.ca.url, serial=facts.serial_decimal)
    reason = _why_not_in_use(issued, facts)
    if reason is not None:
        why = session.messages.text(reason)
        raise EnrolError("old-not-in-use", serial=facts.serial_decimal, reason=why)
    return issued


class SealNotRenewedError(EnrolError):
    """The certificate is one for seals, whose follow-on a first request asks for (PQ-31)."""

    def __init__(self, applicant: Applicant) -> None:
        super().__init__("seal-not-renewed", name=shlex.quote(applicant.name), e_mail=shlex.quote(applicant.e_mail))
        self.applicant = applicant


def certificate_to_renew(session: Session, old: OldKey) -> IssuedCertificate:
    """What the CA knows of a certificate that it renews. Raises SealNotRenewedError, and as `certificate_in_use`."""
    issued = certificate_in_use(session, old.facts)
    if issued.profile is CertificateProfile.SEAL:
        raise SealNotRenewedError(issued.applicant)
    return issued


def request_follow_on(session: Session, store: QualifiedDevice, old: OldKey, validity: Validity) -> Sent:
    """Asks for the follow-on, whose key is made on `store`.

    Raises SealNotRenewedError, and as `request_first` does.
    """
    issued = certificate_to_renew(session, old)
    guards = () if old.guard is None else (old.guard,)
    same = old.device is not None and old.device.reader == store.reader
    elsewhere: Codes = {}
    if old.device is not None and not same:
        elsewhere = session.ask_codes(old.device, (*guards, PIN))

    def send(request: bytes, statement: Attestation, codes: Codes) -> RequestStatus:
        proof = old.sign(session, request, codes if same else elsewhere)
        message = RenewalRequest(
            old_serial=old.facts.serial_hex,
            pkcs10=pkcs10.as_pem(request),
            proof=proof.hex(),
            attestation=statement,
            validity=validity,
        )
        return session.ca.renew(message)

    new = NewRequest(issued.profile, issued.applicant, send, guards if same else (), old.facts.serial_hex)
    return request_with_new_key(session, store, new)


def choose_store(name: str, stores: list[QualifiedDevice]) -> QualifiedDevice:
    """The store that a person names: `card` for the only one, a device's name, or a reader. Raises BadInputError."""
    wanted = name.casefold()
    found = [store for store in stores if wanted in {word.casefold() for word in store_names(store)}]
    if len(found) > 1:
        raise BadInputError("several-devices", readers=", ".join(f'"{store.reader}"' for store in found))
    if not found:
        raise BadInputError("store-unknown", store=name, stores=", ".join(store.name for store in stores))
    return found[0]


def store_names(store: QualifiedDevice) -> tuple[str, ...]:
    """All that a store goes by."""
    return CARD_STORE, store.name, store.kind.id, store.reader


def _is_same(issued: IssuedCertificate, facts: CertificateFacts) -> bool:
    try:
        return read_certificate(issued.pem.encode()).der == facts.der
    except ValueError:
        return False


def _why_not_in_use(issued: IssuedCertificate, facts: CertificateFacts) -> str | None:
    if issued.revoked is not None:
        return "reason-revoked"
    present = now()
    if present > facts.valid_until:
        return "reason-expired"
    return "reason-not-yet-valid" if present < facts.valid_from else None

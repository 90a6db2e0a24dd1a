"""The CA's values as the messages that go out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pydantic import Field, StringConstraints

from cardtools.ca.office.bonds import BoundCard
from cardtools.ca.office.people import Person
from cardtools.ca.pki.reasons import RevocationReason
from cardtools.ca.store.audit_rows import AuditRecord
from cardtools.ca.store.certificate_rows import CertificateRecord
from cardtools.ca.store.request_rows import RequestRecord
from cardtools.ca.store.undo_request_rows import UndoRecord
from cardtools.common.protocol import Applicant, IssuedCertificate, Model, RequestStatus, Serial
from cardtools.common.terms import UndoState

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
RowNumber = Annotated[int, Field(ge=0, le=2**63 - 1)]
CardProfile = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]
CardNumber = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 ._-]{1,64}$")]


class RequestRefusal(Model):
    """Why the operator refuses a request; who sent it reads it."""

    reason: Reason


class Revocation(Model):
    """Why a certificate is revoked."""

    reason: RevocationReason = RevocationReason.UNSPECIFIED


class CardBond(Model):
    """A card that is bound to an applicant, and the serial numbers of the certificates on it."""

    card_profile: str
    card_number: str
    name: str
    e_mail: str
    made: datetime
    certificates: list[Serial]
    may_be_undone: bool
    """Whether nothing on the card is still valid, so that the bond can be undone (PQ-25)."""


class UndoRequest(Model):
    """A request to undo the bond of a card. `reason` is there when it was refused."""

    number: int
    card_profile: str
    card_number: str
    name: str
    """To whom the card was bound when it was sent."""
    sent: datetime
    state: UndoState
    decided: datetime | None
    reason: str | None


class FoundPerson(Model):
    """An applicant who was found, with all certificates and bound cards."""

    applicant: Applicant
    certificates: list[IssuedCertificate]
    cards: list[CardBond]


class AuditEntry(Model):
    """One entry of the audit log."""

    number: int
    at: datetime
    who: str
    act: str
    subject: str
    outcome: str
    detail: str


def request_status(record: RequestRecord) -> RequestStatus:
    """A request, as the CA tells of it."""
    return RequestStatus(
        id=record.id,
        state=record.state,
        profile=record.profile,
        applicant=record.applicant,
        on_device=record.on_device,
        received=record.received,
        validity=record.validity,
        reason=record.reason,
        serial=record.serial,
    )


def issued(record: CertificateRecord) -> IssuedCertificate:
    """A certificate, as the CA tells of it."""
    return IssuedCertificate(
        serial=record.serial,
        profile=record.profile,
        applicant=record.applicant,
        on_device=record.on_device,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        revoked=record.revoked,
        pem=x509.load_der_x509_certificate(record.der).public_bytes(serialization.Encoding.PEM).decode(),
    )


def card_bond(bound: BoundCard) -> CardBond:
    """A bound card, as the CA tells of it."""
    return CardBond(
        card_profile=bound.bond.card.profile,
        card_number=bound.bond.card.number,
        name=bound.bond.name,
        e_mail=bound.bond.e_mail,
        made=bound.bond.made,
        certificates=[certificate.serial for certificate in bound.certificates],
        may_be_undone=bound.may_be_undone,
    )


def undo_request(record: UndoRecord) -> UndoRequest:
    """A request to undo a bond, as the CA tells of it."""
    return UndoRequest(
        number=record.number,
        card_profile=record.card.profile,
        card_number=record.card.number,
        name=record.name,
        sent=record.sent,
        state=record.state,
        decided=record.decided,
        reason=record.reason,
    )


def found(person: Person) -> FoundPerson:
    """A person, as the CA tells of one."""
    return FoundPerson(
        applicant=person.applicant,
        certificates=[issued(certificate) for certificate in person.certificates],
        cards=[card_bond(card) for card in person.cards],
    )


def audit_entry(record: AuditRecord) -> AuditEntry:
    """An entry of the audit log, as the CA tells of it."""
    return AuditEntry(
        number=record.number,
        at=record.at,
        who=record.who,
        act=record.act,
        subject=record.subject,
        outcome=record.outcome,
        detail=record.detail,
    )

"""The bond between a card and its applicant (PQ-23, PQ-24, PQ-25).

It is made with the first qualified certificate whose key the card made in its area for such keys, and checked for
every later one. Certificates for seals neither make nor meet it. It is undone once nothing on the card is valid: every
certificate whose key the card said it holds is revoked or has expired, whatever its profile.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from cardtools.ca.errors import RefusedError
from cardtools.ca.office.audit import AuditedAct
from cardtools.ca.office.service import Service
from cardtools.ca.store import bond_rows, certificate_rows, undo_request_rows
from cardtools.ca.store.bond_rows import BondRecord
from cardtools.ca.store.cards import CardId
from cardtools.ca.store.certificate_rows import CertificateRecord
from cardtools.ca.store.customer_rows import Scope, within
from cardtools.ca.store.people import person_of
from cardtools.ca.store.request_rows import RequestRecord
from cardtools.common.protocol import Applicant, Problem


@dataclass(frozen=True, slots=True)
class BoundCard:
    """A card that is bound, and the certificates on it, oldest first."""

    bond: BondRecord
    certificates: Sequence[CertificateRecord]
    may_be_undone: bool


def check(connection: sqlite3.Connection, card: CardId, applicant: Applicant) -> bool:
    """Whether the card is bound yet. Raises RefusedError when it is bound to another than the applicant."""
    bond = bond_rows.of_card(connection, card)
    if bond is not None and bond.person != person_of(applicant):
        raise RefusedError(
            Problem.BOUND_TO_ANOTHER,
            "office-bound-to-another",
            number=card.number,
        )
    return bond is not None


def hold(service: Service, act: AuditedAct, card: CardId, request: RequestRecord) -> None:
    """Makes the bond, or checks the one there is. Raises RefusedError: bound to another."""
    applicant = request.applicant
    if check(act.connection, card, applicant):
        return
    bond_rows.add(
        act.connection,
        BondRecord(card, person_of(applicant), applicant.name, applicant.e_mail, service.clock(), request.customer),
    )
    act.also("make bond", str(card), applicant.name)


def find(service: Service, card: CardId, scope: Scope = None) -> BoundCard | None:
    """The bond of a card within a scope, and what is on the card."""
    with service.database.reading() as connection:
        bond = bond_rows.of_card(connection, card)
        there = bond is not None and within(bond.customer, scope)
        return _bound(service, connection, bond, scope) if bond is not None and there else None


def find_numbered(service: Service, number: str, scope: Scope = None) -> list[BoundCard]:
    """The bound cards with this serial number, of whatever model."""
    with service.database.reading() as connection:
        found = bond_rows.of_number(connection, number)
        return [_bound(service, connection, bond, scope) for bond in found if within(bond.customer, scope)]


def of_person(service: Service, person: str, scope: Scope = None) -> list[BoundCard]:
    """The cards bound to one person (`people.person_of`)."""
    with service.database.reading() as connection:
        found = bond_rows.of_person(connection, person)
        return [_bound(service, connection, bond, scope) for bond in found if within(bond.customer, scope)]


def undo(service: Service, card: CardId, who: str) -> None:
    """Undoes the bond of a card. Raises RefusedError: no bond, or certificates on the card that are still valid."""
    with service.audit.act(who, "undo bond", str(card)) as act:
        bond = undoable(service, act.connection, card)
        release(service, act, bond)
        act.detail = bond.name


def undoable(service: Service, connection: sqlite3.Connection, card: CardId, scope: Scope = None) -> BondRecord:
    """The bond of a card on which nothing is valid. Raises RefusedError as `undo` does."""
    bond = bond_rows.of_card(connection, card)
    if bond is None or not within(bond.customer, scope):
        raise RefusedError(Problem.NOT_FOUND, "office-not-bound", number=card.number)
    valid = _still_valid(service, certificate_rows.on_card(connection, card))
    if valid:
        raise RefusedError(
            Problem.STILL_VALID_CERTIFICATES,
            "office-still-valid",
            number=card.number,
            serials=named(valid, scope),
        )
    return bond


def named(certificates: Sequence[CertificateRecord], scope: Scope) -> str:
    """The serial numbers of certificates; those outside the scope are only counted."""
    serials = [certificate.serial for certificate in certificates if within(certificate.customer, scope)]
    others = len(certificates) - len(serials)
    return ", ".join([*serials, *([f"{others} of another customer"] if others else [])])


def release(service: Service, act: AuditedAct, bond: BondRecord) -> list[CertificateRecord]:
    """Deletes a bond unless something on its card is still valid; gives what is, oldest first.

    A request for it that waits is done with that. It is part of an act under way, whose entry in the audit log the
    caller writes.
    """
    valid = _still_valid(service, certificate_rows.on_card(act.connection, bond.card))
    if not valid:
        bond_rows.delete(act.connection, bond.card)
        undo_request_rows.finish(act.connection, bond.card, service.clock())
    return valid


def _bound(service: Service, connection: sqlite3.Connection, bond: BondRecord, scope: Scope) -> BoundCard:
    """A bound card; of the certificates on it, those of the scope are told, and all count."""
    certificates = certificate_rows.on_card(connection, bond.card)
    told = [certificate for certificate in certificates if within(certificate.customer, scope)]
    return BoundCard(bond, told, may_be_undone=not _still_valid(service, certificates))


def _still_valid(service: Service, certificates: Sequence[CertificateRecord]) -> list[CertificateRecord]:
    at = service.clock()
    return [certificate for certificate in certificates if certificate.still_valid(at)]

"""The people to whom certificates were issued, found by what is at hand: name, e-mail, a certificate, a card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cardtools.ca.office import bonds, certificates
from cardtools.ca.office.bonds import BoundCard
from cardtools.ca.office.service import Service
from cardtools.ca.pki.serial_numbers import serial_in
from cardtools.ca.store import certificate_rows
from cardtools.ca.store.cards import CardId, number_in
from cardtools.ca.store.certificate_rows import CertificateRecord
from cardtools.ca.store.customer_rows import Scope, within
from cardtools.ca.store.people import folded, person_of
from cardtools.common.devices import devices
from cardtools.common.protocol import Applicant


@dataclass(frozen=True, slots=True)
class Person:
    """An applicant, as found: the certificates, oldest first, and the cards bound to the person."""

    applicant: Applicant
    certificates: Sequence[CertificateRecord]
    cards: Sequence[BoundCard]


def named(service: Service, words: str, scope: Scope) -> list[Person]:
    """The people whose name or e-mail contains the words; those with the newest certificates first."""
    with service.database.reading() as connection:
        matching = certificate_rows.matching(connection, folded(words), scope)
        newest = {person_of(certificate.applicant): certificate.applicant for certificate in reversed(matching)}
        certificates = {person: certificate_rows.of_person(connection, person, scope) for person in newest}
    return [
        Person(applicant, certificates[person], bonds.of_person(service, person, scope))
        for person, applicant in reversed(newest.items())
    ]


def find(service: Service, words: str, scope: Scope) -> list[Person]:
    """The people whose name or e-mail contains the words, or who have the certificate or the card so numbered."""
    words = words.strip()
    if not words:
        return []
    found = {person_of(person.applicant): person for person in named(service, words, scope)}
    for record in [*_with_serial(service, words), *_on_card(service, number_in(words))]:
        person = person_of(record.applicant)
        if person not in found and within(record.customer, scope):
            found[person] = of_certificate(service, record.serial, scope)
    return list(found.values())


def of_certificate(service: Service, serial: str, scope: Scope) -> Person:
    """The person to whom a certificate was issued. Raises RefusedError: not found."""
    person = person_of(certificates.find(service, serial, scope).applicant)
    with service.database.reading() as connection:
        issued = certificate_rows.of_person(connection, person, scope)
    return Person(issued[-1].applicant, issued, bonds.of_person(service, person, scope))


def newest_serial(service: Service, person: str, scope: Scope) -> str:
    """The serial number of the newest certificate of one person (`people.person_of`), who has some."""
    with service.database.reading() as connection:
        return certificate_rows.of_person(connection, person, scope)[-1].serial


def _with_serial(service: Service, words: str) -> list[CertificateRecord]:
    serial = serial_in(words)
    if serial is None:
        return []
    with service.database.reading() as connection:
        record = certificate_rows.find(connection, serial)
    return [] if record is None else [record]


def _on_card(service: Service, number: str) -> list[CertificateRecord]:
    kinds = {*devices(), *(bound.bond.card.profile for bound in bonds.find_numbered(service, number))}
    with service.database.reading() as connection:
        cards = [CardId(kind, number) for kind in sorted(kinds)]
        return [record for card in cards for record in certificate_rows.on_card(connection, card)]

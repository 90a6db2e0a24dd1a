"""Finding an applicant by whatever the authorised person has at hand: name, e-mail, a certificate, a card."""

from __future__ import annotations

import re

from cardtools.ca.office import bonds, certificates
from cardtools.ca.office.certificates import Person
from cardtools.ca.office.service import Service
from cardtools.ca.store import certificate_rows
from cardtools.ca.store.cards import CardId
from cardtools.ca.store.certificate_rows import CertificateRecord
from cardtools.ca.store.people import person_of
from cardtools.common.devices import devices

_SERIAL = re.compile(r"[0-9A-F]{1,40}")
_SEPARATORS = re.compile(r"[\s:]")


def serial_of(text: str) -> str | None:
    """A serial number as `protocol.Serial` has it, out of the way people write it; None when it is none."""
    serial = _SEPARATORS.sub("", text).upper().lstrip("0")
    return serial if _SERIAL.fullmatch(serial) else None


def card_number_of(text: str) -> str:
    """A card's number as cards state it, out of the way people write it."""
    return _SEPARATORS.sub("", text).upper()


def find(service: Service, words: str) -> list[Person]:
    """The people whose name or e-mail contains the words, or who have the certificate or the card so numbered."""
    words = words.strip()
    if not words:
        return []
    found = {person_of(person.applicant): person for person in certificates.find_people(service, words)}
    for record in [*_with_serial(service, words), *_on_card(service, card_number_of(words))]:
        person = person_of(record.applicant)
        if person not in found:
            found[person] = of_certificate(service, record.serial)
    return list(found.values())


def of_certificate(service: Service, serial: str) -> Person:
    """The person to whom a certificate was issued. Raises RefusedError: not found."""
    person = person_of(certificates.find(service, serial).applicant)
    with service.database.reading() as connection:
        issued = certificate_rows.of_person(connection, person)
    return Person(issued[-1].applicant, issued, bonds.of_person(service, person))


def _with_serial(service: Service, words: str) -> list[CertificateRecord]:
    serial = serial_of(words)
    if serial is None:
        return []
    with service.database.reading() as connection:
        record = certificate_rows.find(connection, serial)
    return [] if record is None else [record]


def _on_card(service: Service, number: str) -> list[CertificateRecord]:
    kinds = {*devices(), *(bound.bond.card.profile for bound in bonds.find_numbered(service, number))}
    with service.database.reading() as connection:
        return [
            record for kind in sorted(kinds) for record in certificate_rows.on_card(connection, CardId(kind, number))
        ]

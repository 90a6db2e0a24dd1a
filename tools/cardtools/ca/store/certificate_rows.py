"""The certificates of applicants, each with what its request said."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cardtools.ca.store.cards import CardId
from cardtools.ca.store.customer_rows import NOBODY, Scope, within
from cardtools.ca.store.request_rows import applicant_in, card_in
from cardtools.ca.times import from_text, to_text
from cardtools.common.protocol import Applicant, CertificateProfile
from cardtools.common.terms import IssuingCa

_FOUND_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """A certificate as it is kept, with what its request said."""

    serial: str
    request: str
    issuing_ca: IssuingCa
    profile: CertificateProfile
    applicant: Applicant
    on_device: bool
    card: CardId | None
    der: bytes = field(repr=False)
    valid_from: datetime
    valid_until: datetime
    revoked: datetime | None = None
    revocation_reason: str | None = None
    customer: str = NOBODY

    def still_valid(self, at: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked is None and at <= self.valid_until


_CERTIFICATES = (
    "SELECT certificates.*, profile, name, e_mail, organisation, surname, identifier, on_device, card_profile,"
    " card_number, customer"
    " FROM certificates JOIN requests ON request = id"
)


def add(connection: sqlite3.Connection, request: str, ca: IssuingCa, certificate: x509.Certificate) -> str:
    """Keeps the certificate of a request; gives its serial number.

    Raises sqlite3.IntegrityError when the request has one.
    """
    serial = f"{certificate.serial_number:X}"
    connection.execute(
        "INSERT INTO certificates (serial, request, der, valid_from, valid_until, issuing_ca)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            serial,
            request,
            certificate.public_bytes(Encoding.DER),
            to_text(certificate.not_valid_before_utc),
            to_text(certificate.not_valid_after_utc),
            ca,
        ),
    )
    return serial


def find(connection: sqlite3.Connection, serial: str) -> CertificateRecord | None:
    """The certificate with this serial number."""
    row = connection.execute(f"{_CERTIFICATES} WHERE serial = ?", (serial,)).fetchone()
    return row and _certificate(row)


def on_card(connection: sqlite3.Connection, card: CardId) -> list[CertificateRecord]:
    """The certificates whose keys the card said it holds, oldest first."""
    rows = connection.execute(
        f"{_CERTIFICATES} WHERE card_profile = ? AND card_number = ? ORDER BY certificates.rowid",
        (card.profile, card.number),
    )
    return [_certificate(row) for row in rows]


def matching(connection: sqlite3.Connection, words: str, scope: Scope) -> list[CertificateRecord]:
    """The newest certificates whose applicant's name or e-mail contains the (folded) words, newest first."""
    found = "instr(person, ?1) AND (?2 IS NULL OR customer = ?2)"
    rows = connection.execute(
        f"{_CERTIFICATES} WHERE {found} ORDER BY certificates.rowid DESC LIMIT ?3", (words, scope, _FOUND_AT_MOST)
    )
    return [_certificate(row) for row in rows]


def of_person(connection: sqlite3.Connection, person: str, scope: Scope) -> list[CertificateRecord]:
    """The certificates of one person (`people.person_of`), oldest first."""
    rows = connection.execute(f"{_CERTIFICATES} WHERE person = ? ORDER BY certificates.rowid", (person,))
    return [record for record in map(_certificate, rows) if within(record.customer, scope)]


def every(connection: sqlite3.Connection) -> list[CertificateRecord]:
    """Every certificate issued, oldest first."""
    return [_certificate(row) for row in connection.execute(f"{_CERTIFICATES} ORDER BY certificates.rowid")]


def revoked(connection: sqlite3.Connection, ca: IssuingCa, at: datetime) -> list[CertificateRecord]:
    """Those for the list of one of the issuing CAs: revoked and not yet expired (RFC 5280, 3.3)."""
    still_listed = "revoked IS NOT NULL AND valid_until >= ? AND issuing_ca = ?"
    rows = connection.execute(f"{_CERTIFICATES} WHERE {still_listed} ORDER BY certificates.rowid", (to_text(at), ca))
    return [_certificate(row) for row in rows]


def set_revoked(connection: sqlite3.Connection, serial: str, at: datetime, reason: str) -> None:
    """Marks a certificate as revoked."""
    connection.execute(
        "UPDATE certificates SET revoked = ?, revocation_reason = ? WHERE serial = ?", (to_text(at), reason, serial)
    )


def _certificate(row: sqlite3.Row) -> CertificateRecord:
    return CertificateRecord(
        serial=row["serial"],
        request=row["request"],
        issuing_ca=IssuingCa(row["issuing_ca"]),
        profile=CertificateProfile(row["profile"]),
        applicant=applicant_in(row),
        on_device=bool(row["on_device"]),
        card=card_in(row),
        der=row["der"],
        valid_from=from_text(row["valid_from"]),
        valid_until=from_text(row["valid_until"]),
        revoked=row["revoked"] and from_text(row["revoked"]),
        revocation_reason=row["revocation_reason"],
        customer=row["customer"],
    )

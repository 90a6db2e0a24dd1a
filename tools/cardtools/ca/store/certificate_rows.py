"""The certificates of applicants, each with what its request said."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime

from cardtools.ca.store.cards import CardId
from cardtools.ca.store.request_rows import applicant_in, card_in
from cardtools.ca.times import from_text, to_text
from cardtools.common.protocol import Applicant, CertificateProfile

_FOUND_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """A certificate as it is kept, with what its request said."""

    serial: str
    request: str
    profile: CertificateProfile
    applicant: Applicant
    on_device: bool
    card: CardId | None
    der: bytes = field(repr=False)
    valid_from: datetime
    valid_until: datetime
    revoked: datetime | None = None
    revocation_reason: str | None = None

    def still_valid(self, at: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked is None and at <= self.valid_until


_CERTIFICATES = (
    "SELECT certificates.*, profile, name, e_mail, organisation, on_device, card_profile, card_number"
    " FROM certificates JOIN requests ON request = id"
)


def add(
    connection: sqlite3.Connection, serial: str, request: str, der: bytes, valid_from: datetime, valid_until: datetime
) -> None:
    """Keeps the certificate of a request. Raises sqlite3.IntegrityError when the request has one."""
    connection.execute(
        "INSERT INTO certificates (serial, request, der, valid_from, valid_until) VALUES (?, ?, ?, ?, ?)",
        (serial, request, der, to_text(valid_from), to_text(valid_until)),
    )


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


def matching(connection: sqlite3.Connection, words: str) -> list[CertificateRecord]:
    """The newest certificates whose applicant's name or e-mail contains the (folded) words, newest first."""
    rows = connection.execute(
        f"{_CERTIFICATES} WHERE instr(person, ?) ORDER BY certificates.rowid DESC LIMIT ?", (words, _FOUND_AT_MOST)
    )
    return [_certificate(row) for row in rows]


def of_person(connection: sqlite3.Connection, person: str) -> list[CertificateRecord]:
    """The certificates of one person (`people.person_of`), oldest first."""
    rows = connection.execute(f"{_CERTIFICATES} WHERE person = ? ORDER BY certificates.rowid", (person,))
    return [_certificate(row) for row in rows]


def every(connection: sqlite3.Connection) -> list[CertificateRecord]:
    """Every certificate issued, oldest first."""
    return [_certificate(row) for row in connection.execute(f"{_CERTIFICATES} ORDER BY certificates.rowid")]


def revoked(connection: sqlite3.Connection, at: datetime) -> list[CertificateRecord]:
    """Those for a CRL: revoked and not yet expired (RFC 5280, 3.3)."""
    rows = connection.execute(
        f"{_CERTIFICATES} WHERE revoked IS NOT NULL AND valid_until >= ? ORDER BY certificates.rowid", (to_text(at),)
    )
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
        profile=CertificateProfile(row["profile"]),
        applicant=applicant_in(row),
        on_device=bool(row["on_device"]),
        card=card_in(row),
        der=row["der"],
        valid_from=from_text(row["valid_from"]),
        valid_until=from_text(row["valid_until"]),
        revoked=row["revoked"] and from_text(row["revoked"]),
        revocation_reason=row["revocation_reason"],
    )

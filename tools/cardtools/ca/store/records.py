"""The rows of the CA's tables as values. All of the CA's SQL that is not the schema's stands here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cardtools.ca.store.people import person_of
from cardtools.ca.times import from_text, to_text
from cardtools.common.protocol import Applicant, CertificateProfile, RequestState

Connection = sqlite3.Connection

_FOUND_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Card:
    """A card that signed a statement: the id of its profile, and its serial number."""

    profile: str
    number: str


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request as it is kept. `card` is there when a card stated that the key lies on it."""

    id: str
    state: RequestState
    profile: CertificateProfile
    applicant: Applicant
    pkcs10: bytes = field(repr=False)
    key: str
    """SHA-256 of the public key (SubjectPublicKeyInfo), hexadecimal."""
    on_device: bool
    card: Card | None
    renewal_of: str | None
    received: datetime
    reason: str | None = None
    serial: str | None = None
    """Of the certificate, once there is one."""


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """A certificate as it is kept, with what its request said."""

    serial: str
    request: str
    profile: CertificateProfile
    applicant: Applicant
    on_device: bool
    card: Card | None
    der: bytes = field(repr=False)
    valid_from: datetime
    valid_until: datetime
    revoked: datetime | None = None
    revocation_reason: str | None = None

    def still_valid(self, at: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked is None and at <= self.valid_until


@dataclass(frozen=True, slots=True)
class BondRecord:
    """A card that is bound to an applicant (PQ-23)."""

    card: Card
    person: str
    """As `people.person_of` tells it."""
    name: str
    e_mail: str
    made: datetime


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One act: who did what to what, when, and what came of it."""

    number: int
    at: datetime
    who: str
    act: str
    subject: str
    outcome: str
    detail: str


# Settings that the CA remembers


def remembered(connection: Connection, name: str) -> str | None:
    """What was remembered under the name."""
    row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row["value"])


def remember(connection: Connection, name: str, value: str) -> None:
    """Remembers a value in the place of the one before."""
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))


# Challenges


def add_challenge(connection: Connection, nonce: bytes, expires: datetime) -> None:
    """Keeps a nonce until it is answered or swept."""
    connection.execute("INSERT INTO challenges VALUES (?, ?)", (nonce, to_text(expires)))


def sweep_challenges(connection: Connection, at: datetime) -> None:
    """Forgets the nonces that have expired."""
    connection.execute("DELETE FROM challenges WHERE expires <= ?", (to_text(at),))


def count_challenges(connection: Connection) -> int:
    """How many nonces wait for their answer."""
    return int(connection.execute("SELECT count(*) FROM challenges").fetchone()[0])


def take_challenge(connection: Connection, nonce: bytes, at: datetime) -> bool:
    """Uses up a nonce. False when there is none such, or no more."""
    cursor = connection.execute("DELETE FROM challenges WHERE nonce = ? AND expires > ?", (nonce, to_text(at)))
    return cursor.rowcount == 1


# Requests


def add_request(connection: Connection, record: RequestRecord) -> None:
    """Keeps a new request. Raises sqlite3.IntegrityError when its id is taken or its key is in use."""
    card = record.card
    connection.execute(
        "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record.id,
            record.state,
            record.profile,
            record.applicant.name,
            record.applicant.e_mail,
            record.applicant.organisation,
            person_of(record.applicant),
            record.pkcs10,
            record.key,
            record.on_device,
            card and card.profile,
            card and card.number,
            record.renewal_of,
            to_text(record.received),
            record.reason,
        ),
    )


_REQUESTS = "SELECT requests.*, serial FROM requests LEFT JOIN certificates ON request = id"


def request(connection: Connection, request_id: str) -> RequestRecord | None:
    """The request with this id."""
    row = connection.execute(f"{_REQUESTS} WHERE id = ?", (request_id,)).fetchone()
    return row and _request(row)


def requests(connection: Connection, state: RequestState | None, *, at_most: int) -> list[RequestRecord]:
    """The newest requests, of one state or all, newest first."""
    rows = connection.execute(
        f"{_REQUESTS} WHERE ?1 IS NULL OR state = ?1 ORDER BY requests.rowid DESC LIMIT ?2", (state, at_most)
    )
    return [_request(row) for row in rows]


def count_pending(connection: Connection) -> int:
    """How many requests wait for the operator."""
    return int(connection.execute("SELECT count(*) FROM requests WHERE state = 'pending'").fetchone()[0])


def key_in_use(connection: Connection, key: str) -> bool:
    """Whether a request that was not refused has the key."""
    row = connection.execute("SELECT 1 FROM requests WHERE key = ? AND state != 'refused'", (key,)).fetchone()
    return row is not None


def request_id_taken(connection: Connection, request_id: str) -> bool:
    """Whether there is a request with this id."""
    return connection.execute("SELECT 1 FROM requests WHERE id = ?", (request_id,)).fetchone() is not None


def set_state(connection: Connection, request_id: str, state: RequestState, reason: str | None = None) -> None:
    """Moves a request to its next state."""
    connection.execute("UPDATE requests SET state = ?, reason = ? WHERE id = ?", (state, reason, request_id))


def _request(row: sqlite3.Row) -> RequestRecord:
    return RequestRecord(
        id=row["id"],
        state=RequestState(row["state"]),
        profile=CertificateProfile(row["profile"]),
        applicant=_applicant(row),
        pkcs10=row["pkcs10"],
        key=row["key"],
        on_device=bool(row["on_device"]),
        card=_card(row),
        renewal_of=row["renewal_of"],
        received=from_text(row["received"]),
        reason=row["reason"],
        serial=row["serial"],
    )


def _applicant(row: sqlite3.Row) -> Applicant:
    return Applicant(name=row["name"], e_mail=row["e_mail"], organisation=row["organisation"])


def _card(row: sqlite3.Row) -> Card | None:
    return None if row["card_number"] is None else Card(row["card_profile"], row["card_number"])


# Certificates

_CERTIFICATES = (
    "SELECT certificates.*, profile, name, e_mail, organisation, on_device, card_profile, card_number"
    " FROM certificates JOIN requests ON request = id"
)


def add_certificate(
    connection: Connection, serial: str, request_id: str, der: bytes, valid_from: datetime, valid_until: datetime
) -> None:
    """Keeps the certificate of a request. Raises sqlite3.IntegrityError when the request has one."""
    connection.execute(
        "INSERT INTO certificates (serial, request, der, valid_from, valid_until) VALUES (?, ?, ?, ?, ?)",
        (serial, request_id, der, to_text(valid_from), to_text(valid_until)),
    )


def certificate(connection: Connection, serial: str) -> CertificateRecord | None:
    """The certificate with this serial number."""
    row = connection.execute(f"{_CERTIFICATES} WHERE serial = ?", (serial,)).fetchone()
    return row and _certificate(row)


def certificates_on(connection: Connection, card: Card) -> list[CertificateRecord]:
    """The certificates whose keys the card said it holds, oldest first."""
    rows = connection.execute(
        f"{_CERTIFICATES} WHERE card_profile = ? AND card_number = ? ORDER BY certificates.rowid",
        (card.profile, card.number),
    )
    return [_certificate(row) for row in rows]


def certificates_matching(connection: Connection, words: str) -> list[CertificateRecord]:
    """The newest certificates whose applicant's name or e-mail contains the (folded) words, newest first."""
    rows = connection.execute(
        f"{_CERTIFICATES} WHERE instr(person, ?) ORDER BY certificates.rowid DESC LIMIT ?", (words, _FOUND_AT_MOST)
    )
    return [_certificate(row) for row in rows]


def certificates_of(connection: Connection, person: str) -> list[CertificateRecord]:
    """The certificates of one person (`people.person_of`), oldest first."""
    rows = connection.execute(f"{_CERTIFICATES} WHERE person = ? ORDER BY certificates.rowid", (person,))
    return [_certificate(row) for row in rows]


def all_certificates(connection: Connection) -> list[CertificateRecord]:
    """Every certificate issued, oldest first."""
    return [_certificate(row) for row in connection.execute(f"{_CERTIFICATES} ORDER BY certificates.rowid")]


def revoked_certificates(connection: Connection, at: datetime) -> list[CertificateRecord]:
    """Those for a CRL: revoked and not yet expired (RFC 5280, 3.3)."""
    rows = connection.execute(
        f"{_CERTIFICATES} WHERE revoked IS NOT NULL AND valid_until >= ? ORDER BY certificates.rowid", (to_text(at),)
    )
    return [_certificate(row) for row in rows]


def set_revoked(connection: Connection, serial: str, at: datetime, reason: str) -> None:
    """Marks a certificate as revoked."""
    connection.execute(
        "UPDATE certificates SET revoked = ?, revocation_reason = ? WHERE serial = ?", (to_text(at), reason, serial)
    )


def _certificate(row: sqlite3.Row) -> CertificateRecord:
    return CertificateRecord(
        serial=row["serial"],
        request=row["request"],
        profile=CertificateProfile(row["profile"]),
        applicant=_applicant(row),
        on_device=bool(row["on_device"]),
        card=_card(row),
        der=row["der"],
        valid_from=from_text(row["valid_from"]),
        valid_until=from_text(row["valid_until"]),
        revoked=row["revoked"] and from_text(row["revoked"]),
        revocation_reason=row["revocation_reason"],
    )


# The CA's own certificates


def add_own_certificate(connection: Connection, serial: str, purpose: str, url: str, der: bytes) -> None:
    """Keeps a certificate of the CA's own, made for its address."""
    connection.execute(
        "INSERT INTO own_certificates SELECT ?, ?, ?, ?, 1 + coalesce(max(made), 0) FROM own_certificates",
        (serial, purpose, url, der),
    )


def own_certificate(connection: Connection, purpose: str, url: str) -> bytes | None:
    """The newest of the CA's own certificates for the purpose and the address."""
    row = connection.execute(
        "SELECT der FROM own_certificates WHERE purpose = ? AND url = ? ORDER BY made DESC LIMIT 1", (purpose, url)
    ).fetchone()
    return None if row is None else bytes(row["der"])


def is_own_certificate(connection: Connection, serial: str, purposes: Iterable[str]) -> bool:
    """Whether the serial number is of a certificate of the CA's own, for one of the purposes."""
    row = connection.execute("SELECT purpose FROM own_certificates WHERE serial = ?", (serial,)).fetchone()
    return row is not None and row["purpose"] in purposes


# Bonds


def add_bond(connection: Connection, record: BondRecord) -> None:
    """Binds a card. Raises sqlite3.IntegrityError when it is bound."""
    connection.execute(
        "INSERT INTO bonds VALUES (?, ?, ?, ?, ?, ?)",
        (
            record.card.profile,
            record.card.number,
            record.person,
            record.name,
            record.e_mail,
            to_text(record.made),
        ),
    )


def bond(connection: Connection, card: Card) -> BondRecord | None:
    """The bond of a card."""
    row = connection.execute(
        "SELECT * FROM bonds WHERE card_profile = ? AND card_number = ?", (card.profile, card.number)
    ).fetchone()
    return row and _bond(row)


def bonds_numbered(connection: Connection, number: str) -> list[BondRecord]:
    """The bonds of the cards with this serial number: two models may have the same."""
    rows = connection.execute("SELECT * FROM bonds WHERE card_number = ? ORDER BY rowid", (number,))
    return [_bond(row) for row in rows]


def bonds_of(connection: Connection, person: str) -> list[BondRecord]:
    """The bonds of one person (`people.person_of`)."""
    return [_bond(row) for row in connection.execute("SELECT * FROM bonds WHERE person = ? ORDER BY rowid", (person,))]


def delete_bond(connection: Connection, card: Card) -> None:
    """Unbinds a card."""
    connection.execute("DELETE FROM bonds WHERE card_profile = ? AND card_number = ?", (card.profile, card.number))


def _bond(row: sqlite3.Row) -> BondRecord:
    return BondRecord(
        card=Card(row["card_profile"], row["card_number"]),
        person=row["person"],
        name=row["name"],
        e_mail=row["e_mail"],
        made=from_text(row["made"]),
    )


# Tokens


def add_token(connection: Connection, name: str, role: str, digest: bytes, made: datetime) -> None:
    """Keeps a token's digest. Raises sqlite3.IntegrityError when the name is taken."""
    connection.execute("INSERT INTO tokens VALUES (?, ?, ?, ?)", (name, role, digest, to_text(made)))


def tokens(connection: Connection) -> list[tuple[str, str, bytes]]:
    """Name, role and digest of each token."""
    return [(row["name"], row["role"], row["hash"]) for row in connection.execute("SELECT * FROM tokens ORDER BY name")]


def delete_token(connection: Connection, name: str) -> bool:
    """Forgets a token. False when there is none of that name."""
    return connection.execute("DELETE FROM tokens WHERE name = ?", (name,)).rowcount == 1


# Signed e-mails


def add_mail_sender(connection: Connection, e_mail: str, since: datetime) -> None:
    """Authorises a (folded) address. Raises sqlite3.IntegrityError when it is authorised."""
    connection.execute("INSERT INTO mail_senders VALUES (?, ?)", (e_mail, to_text(since)))


def delete_mail_sender(connection: Connection, e_mail: str) -> bool:
    """Takes the authorisation of a (folded) address back. False when there is none."""
    return connection.execute("DELETE FROM mail_senders WHERE e_mail = ?", (e_mail,)).rowcount == 1


def mail_senders(connection: Connection) -> list[str]:
    """The authorised addresses."""
    return [row["e_mail"] for row in connection.execute("SELECT e_mail FROM mail_senders ORDER BY e_mail")]


def is_mail_sender(connection: Connection, e_mail: str) -> bool:
    """Whether a (folded) address is authorised."""
    return connection.execute("SELECT 1 FROM mail_senders WHERE e_mail = ?", (e_mail,)).fetchone() is not None


def add_mail(connection: Connection, fingerprint: str, message_id: str, received: datetime) -> None:
    """Keeps an e-mail that is carried out. Raises sqlite3.IntegrityError when it was before."""
    connection.execute("INSERT INTO mails VALUES (?, ?, ?)", (fingerprint, message_id, to_text(received)))


# The audit log


def add_audit(
    connection: Connection, *, at: datetime, who: str, act: str, subject: str, outcome: str, detail: str
) -> None:
    """Adds an entry."""
    connection.execute(
        "INSERT INTO audit (at, who, act, subject, outcome, detail) VALUES (?, ?, ?, ?, ?, ?)",
        (to_text(at), who, act, subject, outcome, detail),
    )


def audit_entries(connection: Connection, *, after: int, at_most: int) -> list[AuditRecord]:
    """Entries numbered above `after`, oldest first."""
    rows = connection.execute("SELECT * FROM audit WHERE number > ? ORDER BY number LIMIT ?", (after, at_most))
    return [
        AuditRecord(
            row["number"],
            from_text(row["at"]),
            row["who"],
            row["act"],
            row["subject"],
            row["outcome"],
            row["detail"],
        )
        for row in rows
    ]

"""The requests. A key is in one that was not refused, and in no second."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime

from cardtools.ca.store.cards import CardId
from cardtools.ca.store.customer_rows import NOBODY
from cardtools.ca.store.people import person_of
from cardtools.ca.times import from_text, to_text
from cardtools.common.messages import Language
from cardtools.common.protocol import Applicant, CertificateProfile, RequestState
from cardtools.common.terms import Validity


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
    card: CardId | None
    renewal_of: str | None
    received: datetime
    validity: Validity = Validity.ONE_YEAR
    language: Language = Language.ENGLISH
    """In which the applicant is written to."""
    customer: str = NOBODY
    """Whose applicant it is."""
    client: str = ""
    """Who asked, as clients are counted; not told to anybody."""
    reason: str | None = None
    serial: str | None = None
    """Of the certificate, once there is one."""


_COLUMNS = (
    "id", "state", "profile", "name", "e_mail", "organisation", "surname", "identifier", "person", "pkcs10", "key",
    "on_device", "card_profile", "card_number", "renewal_of", "received", "validity", "reason", "language", "customer",
    "client",
)  # fmt: skip
_ADD = f"INSERT INTO requests ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"  # noqa: S608


def add(connection: sqlite3.Connection, record: RequestRecord) -> None:
    """Keeps a new request. Raises sqlite3.IntegrityError when its id is taken or its key is in use."""
    card = record.card
    columns = {
        "id": record.id,
        "state": record.state,
        "profile": record.profile,
        "name": record.applicant.name,
        "e_mail": record.applicant.e_mail,
        "organisation": record.applicant.organisation,
        "surname": record.applicant.surname,
        "identifier": record.applicant.identifier,
        "person": person_of(record.applicant),
        "pkcs10": record.pkcs10,
        "key": record.key,
        "on_device": record.on_device,
        "card_profile": card and card.profile,
        "card_number": card and card.number,
        "renewal_of": record.renewal_of,
        "received": to_text(record.received),
        "validity": record.validity,
        "reason": record.reason,
        "language": record.language,
        "customer": record.customer,
        "client": record.client,
    }
    connection.execute(_ADD, columns)


_REQUESTS = "SELECT requests.*, serial FROM requests LEFT JOIN certificates ON request = id"


def find(connection: sqlite3.Connection, request_id: str) -> RequestRecord | None:
    """The request with this id."""
    row = connection.execute(f"{_REQUESTS} WHERE id = ?", (request_id,)).fetchone()
    return row and _request(row)


def newest(connection: sqlite3.Connection, state: RequestState | None, *, at_most: int) -> list[RequestRecord]:
    """The newest requests, of one state or all, newest first."""
    rows = connection.execute(
        f"{_REQUESTS} WHERE ?1 IS NULL OR state = ?1 ORDER BY requests.rowid DESC LIMIT ?2", (state, at_most)
    )
    return [_request(row) for row in rows]


def count_pending(connection: sqlite3.Connection) -> int:
    """How many requests wait for the operator."""
    return int(connection.execute("SELECT count(*) FROM requests WHERE state = 'pending'").fetchone()[0])


def count_pending_of(connection: sqlite3.Connection, client: str) -> int:
    """How many of a client's requests wait for the operator."""
    row = connection.execute("SELECT count(*) FROM requests WHERE state = 'pending' AND client = ?", (client,))
    return int(row.fetchone()[0])


def key_in_use(connection: sqlite3.Connection, key: str) -> bool:
    """Whether a request that was not refused has the key."""
    row = connection.execute("SELECT 1 FROM requests WHERE key = ? AND state != 'refused'", (key,)).fetchone()
    return row is not None


def id_taken(connection: sqlite3.Connection, request_id: str) -> bool:
    """Whether there is a request with this id."""
    return connection.execute("SELECT 1 FROM requests WHERE id = ?", (request_id,)).fetchone() is not None


def set_state(connection: sqlite3.Connection, request_id: str, state: RequestState, reason: str | None = None) -> None:
    """Moves a request to its next state."""
    connection.execute("UPDATE requests SET state = ?, reason = ? WHERE id = ?", (state, reason, request_id))


def _request(row: sqlite3.Row) -> RequestRecord:
    return RequestRecord(
        id=row["id"],
        state=RequestState(row["state"]),
        profile=CertificateProfile(row["profile"]),
        applicant=applicant_in(row),
        pkcs10=row["pkcs10"],
        key=row["key"],
        on_device=bool(row["on_device"]),
        card=card_in(row),
        renewal_of=row["renewal_of"],
        received=from_text(row["received"]),
        validity=Validity(row["validity"]),
        language=Language(row["language"]),
        customer=row["customer"],
        client=row["client"],
        reason=row["reason"],
        serial=row["serial"],
    )


def applicant_in(row: sqlite3.Row) -> Applicant:
    """The applicant of a row that has a request's columns."""
    columns = ("name", "e_mail", "organisation", "surname", "identifier")
    return Applicant(**{column: row[column] for column in columns})


def card_in(row: sqlite3.Row) -> CardId | None:
    """The card of a row that has a request's columns."""
    return None if row["card_number"] is None else CardId(row["card_profile"], row["card_number"])

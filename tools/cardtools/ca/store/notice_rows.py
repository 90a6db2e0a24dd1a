"""The e-mails that tell of certificates issued: written to the outbox, and sent, or given up."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cardtools.ca.times import from_text, to_text


class NoticeOutcome(StrEnum):
    """What became of a notice that was given to a mail server."""

    SENT = "sent"
    REFUSED = "refused"
    """The mail server takes nothing for that address."""


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """The notice about a request that was issued."""

    request: str
    written: datetime | None
    """When it was put into the outbox."""
    ended: datetime | None
    outcome: NoticeOutcome | None


def add(connection: sqlite3.Connection, request: str) -> None:
    """Keeps in mind that the applicant is to be told. It is part of the transaction that issues."""
    connection.execute("INSERT INTO notices (request) VALUES (?)", (request,))


_REQUESTS = "SELECT request FROM notices"


def unwritten(connection: sqlite3.Connection) -> list[str]:
    """The requests whose notice is not in the outbox yet, in the order of their issue."""
    return [row["request"] for row in connection.execute(f"{_REQUESTS} WHERE written IS NULL ORDER BY rowid")]


def unsent(connection: sqlite3.Connection) -> list[str]:
    """The requests whose notice was neither sent nor given up, in the order of their issue."""
    return [row["request"] for row in connection.execute(f"{_REQUESTS} WHERE ended IS NULL ORDER BY rowid")]


def newest(connection: sqlite3.Connection, *, at_most: int) -> list[NoticeRecord]:
    """The newest notices, newest first."""
    rows = connection.execute("SELECT * FROM notices ORDER BY rowid DESC LIMIT ?", (at_most,))
    return [
        NoticeRecord(
            request=row["request"],
            written=row["written"] and from_text(row["written"]),
            ended=row["ended"] and from_text(row["ended"]),
            outcome=row["outcome"] and NoticeOutcome(row["outcome"]),
        )
        for row in rows
    ]


def set_written(connection: sqlite3.Connection, request: str, at: datetime) -> None:
    """Marks a notice as put into the outbox."""
    connection.execute("UPDATE notices SET written = ? WHERE request = ?", (to_text(at), request))


def set_outcome(connection: sqlite3.Connection, request: str, at: datetime, outcome: NoticeOutcome) -> None:
    """Marks a notice as sent or given up."""
    connection.execute("UPDATE notices SET ended = ?, outcome = ? WHERE request = ?", (to_text(at), outcome, request))

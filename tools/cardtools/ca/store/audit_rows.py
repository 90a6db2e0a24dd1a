"""The audit log. The schema sees to it that it is only added to."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from cardtools.ca.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act: who did what to what, when, and what came of it."""

    at: datetime
    who: str
    act: str
    subject: str
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class AuditRecord(AuditEntry):
    """An entry as it is kept."""

    number: int


def add(connection: sqlite3.Connection, entry: AuditEntry) -> None:
    """Adds an entry."""
    connection.execute(
        "INSERT INTO audit (at, who, act, subject, outcome, detail) VALUES (?, ?, ?, ?, ?, ?)",
        (to_text(entry.at), entry.who, entry.act, entry.subject, entry.outcome, entry.detail),
    )


def above(connection: sqlite3.Connection, number: int, *, at_most: int) -> list[AuditRecord]:
    """Entries with higher numbers, oldest first."""
    rows = connection.execute("SELECT * FROM audit WHERE number > ? ORDER BY number LIMIT ?", (number, at_most))
    return [
        AuditRecord(
            number=row["number"],
            at=from_text(row["at"]),
            who=row["who"],
            act=row["act"],
            subject=row["subject"],
            outcome=row["outcome"],
            detail=row["detail"],
        )
        for row in rows
    ]

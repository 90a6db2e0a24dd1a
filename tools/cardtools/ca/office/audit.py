"""The audit log: every act with who, what, when and what came of it. Nothing secret, and nothing ever changed in it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from cardtools.ca.errors import RefusedError
from cardtools.ca.store import audit_rows
from cardtools.ca.store.audit_rows import AuditEntry, AuditRecord
from cardtools.ca.store.database import Database
from cardtools.ca.times import Clock

DONE = "done"

_DETAIL_MAX = 300


@dataclass(slots=True)
class AuditedAct:
    """An act under way: the transaction it is made in, and what its entry will say."""

    connection: sqlite3.Connection
    name: str
    subject: str
    detail: str = ""
    _also: list[tuple[str, str, str]] = field(default_factory=list)

    def also(self, name: str, subject: str, detail: str = "") -> None:
        """What the act brought about besides, as an entry of its own."""
        self._also.append((name, subject, detail))

    def entries(self) -> list[tuple[str, str, str]]:
        """Name, subject and detail: of the act itself, and of what it brought about besides."""
        return [(self.name, self.subject, self.detail), *self._also]


class AuditLog:
    """The log in the CA's file."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @contextlib.contextmanager
    def act(self, who: str, name: str, subject: str = "") -> Iterator[AuditedAct]:
        """A transaction for one act. It is kept together with its entry; refused, only the entry is kept."""
        try:
            with self._database.transaction() as connection:
                act = AuditedAct(connection, name, subject)
                yield act
                for entry_name, entry_subject, detail in act.entries():
                    audit_rows.add(connection, self._entry(who, entry_name, entry_subject, DONE, detail))
        except RefusedError as error:
            self.refused(who, name, subject, error)
            raise

    def refused(self, who: str, name: str, subject: str, error: RefusedError) -> None:
        """Notes an act that was refused."""
        with self._database.transaction() as connection:
            audit_rows.add(connection, self._entry(who, name, subject, error.problem, error.detail))

    def _entry(self, who: str, name: str, subject: str, outcome: str, detail: str) -> AuditEntry:
        return AuditEntry(self._clock(), who, name, subject, outcome, detail[:_DETAIL_MAX])

    def entries(self, *, after: int = 0, at_most: int = 1000) -> list[AuditRecord]:
        """Entries numbered above `after`, oldest first."""
        with self._database.reading() as connection:
            return audit_rows.above(connection, after, at_most=at_most)

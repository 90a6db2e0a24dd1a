"""The audit log: every act with who, what, when and what came of it. Nothing secret, and nothing ever changed in it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from cardtools.ca.refused import RefusedError
from cardtools.ca.store import records
from cardtools.ca.store.database import Database
from cardtools.ca.times import Clock

DONE = "done"

_DETAIL_MAX = 300


@dataclass(slots=True)
class Act:
    """An act under way: the transaction it is made in, and what its entry will say."""

    connection: sqlite3.Connection
    who: str
    name: str
    subject: str
    detail: str = ""
    _also: list[tuple[str, str, str]] = field(default_factory=list)

    def also(self, name: str, subject: str, detail: str = "") -> None:
        """What the act brought about besides, as an entry of its own."""
        self._also.append((name, subject, detail))


class AuditLog:
    """The log in the CA's file."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @contextlib.contextmanager
    def act(self, who: str, name: str, subject: str = "") -> Iterator[Act]:
        """A transaction for one act. It is kept together with its entry; refused, only the entry is kept."""
        try:
            with self._database.transaction() as connection:
                act = Act(connection, who, name, subject)
                yield act
                for entry in ((act.name, act.subject, act.detail), *act._also):
                    self._add(connection, who, *entry, outcome=DONE)
        except RefusedError as error:
            self.refused(who, name, subject, error)
            raise

    def refused(self, who: str, name: str, subject: str, error: RefusedError) -> None:
        """Notes an act that was refused."""
        with self._database.transaction() as connection:
            self._add(connection, who, name, subject, error.detail, outcome=error.problem)

    def _add(
        self, connection: sqlite3.Connection, who: str, name: str, subject: str, detail: str, *, outcome: str
    ) -> None:
        records.add_audit(
            connection,
            at=self._clock(),
            who=who,
            act=name,
            subject=subject,
            outcome=outcome,
            detail=detail[:_DETAIL_MAX],
        )

    def entries(self, *, after: int = 0, at_most: int = 1000) -> list[records.AuditRecord]:
        """Entries numbered above `after`, oldest first."""
        with self._database.reading() as connection:
            return records.audit_entries(connection, after=after, at_most=at_most)

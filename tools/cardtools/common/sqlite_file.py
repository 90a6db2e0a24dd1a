"""A program's own SQLite file: transactions on it, and how a file of an earlier form becomes one of the newest."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

Migration = Sequence[str]
"""The statements that bring a file from one form to the next."""

_PATIENCE = 10.0
"""Seconds that a writer waits for the one before it."""


class SqliteFile:
    """A file. Each transaction has a connection of its own, so that threads share none."""

    def __init__(self, path: Path) -> None:
        """Opens nothing yet."""
        self._path = path

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Changes that are made together, or not at all when the block raises; no other writer meanwhile."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One state of the file, for reading."""
        with self._connected() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            yield connection
        finally:
            connection.close()


def version_of(connection: sqlite3.Connection) -> int:
    """The version of a file's form; 0 for one that has none yet. Raises sqlite3.Error."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def bring_up_to_date(connection: sqlite3.Connection, application_id: int, migrations: Sequence[Migration]) -> None:
    """Brings a file to the newest form, all at once or not at all, and marks it. Raises sqlite3.Error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked now that nobody else can write: another program may have done it a moment ago.
        for migration in migrations[version_of(connection) :]:
            for statement in migration:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {application_id}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise

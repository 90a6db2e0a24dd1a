"""The CA's one SQLite file: made, opened, and transactions on it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from cardtools.ca.errors import CaError
from cardtools.ca.store.schema import APPLICATION_ID, MIGRATIONS, migrate
from cardtools.common.sqlite_file import SqliteFile, version_of

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database(SqliteFile):
    """A CA's file."""

    def __init__(self, path: Path) -> None:
        """Brings a file of an earlier form to the newest.

        Raises CaError: not there, no CA's, damaged, too new; sqlite3.Error for one that can't be opened now.
        """
        super().__init__(path)
        if not path.is_file():
            raise CaError("ca-none-here", folder=str(path.parent))
        if self._version() < len(MIGRATIONS):
            with self._connected() as connection:
                migrate(connection)

    def _version(self) -> int:
        """The version of the file's form: one that this program knows. Raises CaError, sqlite3.Error."""
        try:
            with self.reading() as connection:
                [application] = connection.execute("PRAGMA application_id").fetchone()
                version = version_of(connection)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                raise
            raise CaError("ca-file-unreadable", file=str(self._path), why=str(error)) from error
        if application != APPLICATION_ID:
            raise CaError("ca-other-file", file=str(self._path))
        if version > len(MIGRATIONS):
            raise CaError("ca-newer-form", file=str(self._path), version=version, known=len(MIGRATIONS))
        return version


def create(path: Path) -> Database:
    """A new CA's file, readable by its owner only. Raises FileExistsError."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection)
    return Database(path)

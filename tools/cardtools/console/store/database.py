"""The console's file: made, opened, and transactions on it. What a block has left without an error is on disk."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from cardtools.console.errors import ConsoleError
from cardtools.console.store.schema import APPLICATION_ID, MIGRATIONS, migrate, version_of

FILE = "console.sqlite"
_PATIENCE = 10.0
"""Seconds that a writer waits for the one before it."""


class Database:
    """The console's file. Each transaction has a connection of its own, so that threads share none."""

    def __init__(self, folder: Path) -> None:
        """Opens the file in a folder, and makes both where they are missing. Raises ConsoleError."""
        self._path = folder / FILE
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise ConsoleError("store-unusable", file=str(self._path), reason=str(error)) from error

    def _prepare(self) -> None:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with self._connected() as connection:
            [application] = connection.execute("PRAGMA application_id").fetchone()
            version = version_of(connection)
            if application not in (0, APPLICATION_ID) or (application == 0 and version):
                raise ConsoleError("store-foreign", file=str(self._path))
            if version > len(MIGRATIONS):
                raise ConsoleError("store-too-new", file=str(self._path))
            if version < len(MIGRATIONS):
                connection.execute("PRAGMA journal_mode = WAL")
                migrate(connection)

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

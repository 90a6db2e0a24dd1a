"""The console's file: made, opened, and transactions on it. What a block has left without an error is on disk."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from cardtools.common.sqlite_file import SqliteFile, version_of
from cardtools.console.errors import ConsoleError
from cardtools.console.store.schema import APPLICATION_ID, MIGRATIONS, migrate

FILE = "console.sqlite"


class Database(SqliteFile):
    """The console's file."""

    def __init__(self, folder: Path) -> None:
        """Opens the file in a folder, and makes both where they are missing. Raises ConsoleError."""
        super().__init__(folder / FILE)
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
            [found] = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise ConsoleError("store-unusable", file=str(self._path), reason=" ".join(str(found).split()))
            if version < len(MIGRATIONS):
                connection.execute("PRAGMA journal_mode = WAL")
                migrate(connection)

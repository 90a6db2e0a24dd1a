"""One card's file: made, read, and kept up to date.

The file is an SQLite database with a write-ahead log: a change is appended to the log in one write and, with full
durability, forced to the disk before `keep` returns. While a card is open or after a crash the log lies beside the
file; SQLite folds it in when the file is opened next. Readers see the last change kept, and disturb nobody.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from stuntcard.card.content import Content
from stuntcard.card.keeper import KeepError
from stuntcard.profile.load import ProfileError, parse_profile
from stuntcard.profile.model import Profile
from stuntcard.profile.serial import SerialError, with_serial
from stuntcard.store import cells
from stuntcard.store.cells import ContentError
from stuntcard.store.errors import DamagedCardError, NewerCardError, StoreError
from stuntcard.store.places import sync_directory
from stuntcard.store.rows import Statement, changes, read_content, written_again
from stuntcard.store.schema import APPLICATION_ID, MIGRATIONS, migrate, version_of

_PATIENCE = 5.0
"""Seconds to wait for another program that reads or checks the file."""
_PAGES_IN_LOG = 256
"""The log is folded into the file when it has so many pages (SQLite's own: 1000): a card is small."""
SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite has beside a file, under its name and this."""
UNFINISHED = ".new"
"""What stands behind a file's name while it is made."""
_PRIMARY_CODE = 0xFF
"""The low byte of an extended result code (SQLite, Result and Error Codes, 2)."""


class Durability(StrEnum):
    """What a change that was answered for survives. Either way it is all there or not at all."""

    FULL = "full"
    """A crash of the program, of the system, and power loss."""
    FAST = "fast"
    """A crash of the program; a crash of the system may take the last changes back."""


_SYNCHRONOUS = {Durability.FULL: "FULL", Durability.FAST: "NORMAL"}


@dataclass(frozen=True, slots=True)
class StoredCard:
    """All that a card's file holds. The profile goes with the card: its YAML may be elsewhere, or changed.

    `profile` is that of `profile_text`, with the card's own serial number.
    """

    profile_text: bytes = field(repr=False)
    profile: Profile = field(repr=False)
    content: Content = field(repr=False)
    durability: Durability
    made: str


def now() -> str:
    """The time, as files tell when they were made."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


class CardFile:
    """A card's file, open for the one program that has its lock. It keeps a card's content (`card.keeper.Keeper`)."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError: not there, damaged, of a newer form; the file is then as it was."""
        with _explained(path):
            self._connection = _connect_to_whole(path)
            try:
                migrate(self._connection)
                self.stored = _read(self._connection, path)
                _set_up(self._connection, self.stored.durability)
            except BaseException:
                self._connection.close()
                raise

    def keep(self, old: Content, new: Content, *, tried: bool = False) -> None:
        """Writes what is new and returns once it can't be lost. Raises KeepError, and then `old` stands.

        When a code was `tried`, something is written in any case: what a wrong value costs could be kept, too.
        """
        statements = changes(old, new) or (written_again(new) if tried else [])
        if not statements:
            return
        try:
            _write(self._connection, statements)
        except sqlite3.Error as error:
            raise KeepError(_reason(error)) from error

    def replace(self, stored: StoredCard) -> None:
        """Makes another card of it, all at once or not at all. Raises StoreError."""
        try:
            _write(self._connection, _all_rows(stored))
        except sqlite3.Error as error:
            raise StoreError(f"the card can't be written: {_reason(error)}; it is as it was") from error

    def close(self) -> None:
        """Folds the log into the file, and lets go of it."""
        self._connection.close()


def create_file(path: Path, stored: StoredCard) -> None:
    """Makes a card's file, whole or not at all; under the card's lock. Raises StoreError."""
    unfinished = path.with_name(f"{path.name}{UNFINISHED}")
    try:
        remove_file(unfinished)
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        with contextlib.closing(_connect(unfinished, "rw")) as connection:
            _set_up(connection, Durability.FULL)
            migrate(connection)
            _write(connection, _all_rows(stored))
            # Closing does so as well, but says nothing where it fails, and the log does not come along below.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        # What a deleted card left behind must not be taken for the log of this one.
        remove_file(path)
        unfinished.rename(path)
        sync_directory(path.parent)
    except (OSError, sqlite3.Error) as error:
        for half in (unfinished, path):  # nothing was at `path` before
            with contextlib.suppress(OSError):
                remove_file(half)
        reason = error.strerror if isinstance(error, OSError) else _reason(error)
        left = "it is there, but a power cut may take it away" if path.exists() else "nothing was made"
        raise StoreError(f"{path}: can't be written: {reason}; {left}") from error


def read_file(path: Path) -> StoredCard:
    """What a card's file holds now, whoever has it open. Raises StoreError; the file is then as it was."""
    with _explained(path), contextlib.closing(_connect_to_whole(path)) as connection:
        connection.execute("BEGIN")
        if version_of(connection) == len(MIGRATIONS):
            return _read(connection, path)
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
            connection.backup(copy)
            migrate(copy)
            return _read(copy, path)


def remove_file(path: Path) -> None:
    """Deletes a card's file and what SQLite has beside it. Raises OSError."""
    for name in (path.name, *(f"{path.name}{suffix}" for suffix in SIDE_FILES)):
        path.with_name(name).unlink(missing_ok=True)


def move_file(path: Path, to: Path) -> None:
    """Gives a card's file, and what SQLite has beside it, another name. Raises OSError."""
    for suffix in ("", *SIDE_FILES):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(f"{path.name}{suffix}").rename(to.with_name(f"{to.name}{suffix}"))


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_PATIENCE,
        isolation_level=None,
        # The card's own lock lets one thread at a time in.
        check_same_thread=False,
    )


def _connect_to_whole(path: Path) -> sqlite3.Connection:
    """A connection to a file that is whole, and of a form that is known. Raises StoreError or sqlite3.Error."""
    if path.exists() and not path.is_file():
        raise DamagedCardError(_damaged(path, "it is not a file"))
    # Whoever may write folds the log in and tidies up at the end, which is no good for a damaged file.
    with contextlib.closing(_connect(path, "ro")) as connection:
        _check(connection, path)
    return _connect(path, "rw")


def _set_up(connection: sqlite3.Connection, durability: Durability) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {_SYNCHRONOUS[durability]}")
    # On macOS fsync alone leaves data in the drive's cache.
    connection.execute(f"PRAGMA fullfsync = {int(durability is Durability.FULL)}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_IN_LOG}")


def _write(connection: sqlite3.Connection, statements: list[Statement]) -> None:
    """All statements or none. Raises sqlite3.Error."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        for text, values in statements:
            connection.execute(text, values)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise


def _all_rows(stored: StoredCard) -> list[Statement]:
    card: Statement = (
        "INSERT OR REPLACE INTO card (only_row, profile, profile_text, durability, made, serial) "
        "VALUES (1, ?, ?, ?, ?, ?)",
        (stored.profile.id, stored.profile_text, stored.durability.value, stored.made, stored.profile.token.serial),
    )
    return [card, *changes(None, stored.content)]


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Raises DamagedCardError, NewerCardError, or sqlite3.Error."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise DamagedCardError(_damaged(path, "it is not a file of a stored card"))
    version = version_of(connection)
    if version > len(MIGRATIONS):
        raise NewerCardError(
            f"{path} was written by a newer Stuntcard (form {version}, this one knows {len(MIGRATIONS)}); "
            "it was left as it is. Update Stuntcard to open it"
        )
    if _is_cut(connection, path):
        raise DamagedCardError(_damaged(path, "its end is missing"))
    if version < 1:
        raise DamagedCardError(_damaged(path, "it does not say of which form it is"))
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise DamagedCardError(_damaged(path, str(found).replace("\n", " ")))


def _is_cut(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the last page is not whole, which SQLite takes for zeros. With a log, the file may lag behind."""
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    log = path.with_name(f"{path.name}-wal")
    return not (log.exists() and log.stat().st_size) and path.stat().st_size < int(pages) * int(size)


def _read(connection: sqlite3.Connection, path: Path) -> StoredCard:
    rows = connection.execute("SELECT profile, profile_text, durability, made, serial FROM card").fetchall()
    if len(rows) != 1:
        raise DamagedCardError(_damaged(path, "it says nothing of what card it is"))
    identifier, text, durability, made, serial = rows[0]
    try:
        profile = parse_profile(cells.octets(text), f"{path.stem}'s profile")
        if profile.id != identifier:
            raise ContentError("its profile is not that of which it says it is")
        if serial is not None:
            profile = with_serial(profile, cells.text(serial))
        content = read_content(connection, profile)
        return StoredCard(text, profile, content, cells.one_of(Durability, durability), cells.text(made))
    except ProfileError as error:
        raise StoreError(
            f"{path}: this Stuntcard does not take the profile that the card was made with; the card was left as it "
            f"is. Use it with the Stuntcard that made it, or make a new one.\n{error}"
        ) from error
    except (ContentError, SerialError) as error:
        raise DamagedCardError(_damaged(path, str(error))) from error


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """SQLite's errors, in words."""
    try:
        yield
    except sqlite3.Error as error:
        code = _code(error)
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "no such" in str(error):
            raise DamagedCardError(_damaged(path, str(error))) from error
        journal = path.with_name(f"{path.name}-journal")
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN) and journal.exists():
            raise StoreError(
                f"{path}: can't be opened because of {journal.name} beside it, which Stuntcard never leaves there. The "
                "card was left as it is; move that file away, and try again"
            ) from error
        raise StoreError(f"{path}: can't be opened: {_reason(error)}") from error


def _damaged(path: Path, reason: str) -> str:
    return (
        f"{path} is damaged: {reason}. It was left as it is. Restore a snapshot (stuntcard snapshot restore "
        f"{path.stem}), import an export under another name (stuntcard card import FILE NAME), or delete the card"
    )


def _code(error: sqlite3.Error) -> int:
    """SQLite's result code, without what it adds for details; 0 for an error of the module's own."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & _PRIMARY_CODE


def _reason(error: sqlite3.Error) -> str:
    match _code(error):
        case sqlite3.SQLITE_FULL:
            return "the disk is full; make room and try again"
        case sqlite3.SQLITE_IOERR:
            return f"the disk or its quota fails ({error}); see to that and try again"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return f"{error}; you need the right to read and write it, and its directory"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another program has it open; stop that first"
        case _:
            return str(error)

"""The form of a card's file, and how a file of an earlier form becomes one of this form.

A migration that was released is never changed: a new form is one more entry at the end, and one more fixture file in
tests/fixtures/store.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

APPLICATION_ID = 0x5354554E
"""Marks the file as ours (SQLite's file format, 1.3.14): STUN."""

Migration = Sequence[str]

MIGRATIONS: tuple[Migration, ...] = (
    (
        """CREATE TABLE card (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
            profile TEXT NOT NULL,
            profile_text BLOB NOT NULL,
            durability TEXT NOT NULL,
            made TEXT NOT NULL
        )""",
        """CREATE TABLE law (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
            lost TEXT NOT NULL,
            files_size INTEGER NOT NULL
        )""",
        """CREATE TABLE code (
            name TEXT PRIMARY KEY,
            status TEXT NOT NULL,
            tries_left INTEGER NOT NULL,
            tries_limit INTEGER NOT NULL,
            must_change INTEGER NOT NULL,
            value BLOB
        ) WITHOUT ROWID""",
        """CREATE TABLE item (
            number INTEGER PRIMARY KEY,
            area TEXT NOT NULL,
            origin TEXT,
            listed INTEGER NOT NULL,
            certificate INTEGER NOT NULL,
            size INTEGER NOT NULL
        )""",
        """CREATE TABLE key (
            number INTEGER PRIMARY KEY,
            private BLOB,
            reference INTEGER,
            identifier BLOB
        )""",
        """CREATE TABLE file (
            place INTEGER PRIMARY KEY,
            path BLOB NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            access BLOB NOT NULL,
            content BLOB NOT NULL,
            name BLOB NOT NULL
        )""",
    ),
    # Without a serial number of its own, a card has its profile's.
    ("ALTER TABLE card ADD COLUMN serial TEXT",),
    # How often a code's value was set was not counted before.
    ("ALTER TABLE code ADD COLUMN renewals INTEGER NOT NULL DEFAULT 0",),
)


def version_of(connection: sqlite3.Connection) -> int:
    """The version of a file's form; 0 for one that has none yet. Raises sqlite3.Error."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Brings a file to the newest form, all at once or not at all. Raises sqlite3.Error."""
    version = version_of(connection)
    if version == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for migration in migrations[version:]:
            for statement in migration:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise

"""The form of the console's file, and how a file of an earlier form becomes one of the newest.

A migration that was released is never changed: a new form is one more entry at the end. Times are UTC as ISO 8601 text
of one form, so that they compare as text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from cardtools.common.sqlite_file import Migration, bring_up_to_date

APPLICATION_ID = 0x53544343
"""What marks the file as the console's: "STCC" (SQLite, Database File Format, 1.3.18)."""

_FIRST_FORM = (
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE classes (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, language TEXT NOT NULL, practice INTEGER NOT NULL, made TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE exercises (
        class TEXT NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        exercise TEXT NOT NULL,
        PRIMARY KEY (class, position)
    ) STRICT""",
    """CREATE TABLE trainees (
        id TEXT PRIMARY KEY,
        class TEXT NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        token TEXT NOT NULL UNIQUE,
        asks INTEGER NOT NULL DEFAULT 0,
        message TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    "CREATE INDEX trainees_of_class ON trainees (class, number)",
    """CREATE TABLE attempts (
        card TEXT PRIMARY KEY,
        trainee TEXT NOT NULL REFERENCES trainees (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        position INTEGER NOT NULL,
        exercise TEXT NOT NULL,
        begun TEXT NOT NULL,
        ended TEXT,
        state TEXT NOT NULL CHECK (state IN ('open', 'solved', 'lost')),
        tries_spent INTEGER NOT NULL,
        hints INTEGER NOT NULL,
        traps TEXT NOT NULL,
        UNIQUE (trainee, number)
    ) STRICT""",
    """CREATE TABLE calls (
        card TEXT NOT NULL REFERENCES attempts (card) ON DELETE CASCADE,
        person TEXT NOT NULL,
        says TEXT NOT NULL,
        tells TEXT NOT NULL,
        PRIMARY KEY (card, person)
    ) STRICT""",
    """CREATE TABLE hints (
        card TEXT NOT NULL REFERENCES attempts (card) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        hint TEXT NOT NULL,
        PRIMARY KEY (card, number)
    ) STRICT""",
)

_ENDED_CLASSES = (
    "ALTER TABLE trainees ADD COLUMN seen TEXT NOT NULL DEFAULT ''",
    """CREATE TABLE ended (
        trainee TEXT PRIMARY KEY, token TEXT NOT NULL, title TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT""",
)
"""Whoever had a link to a class that was ended is told so. `token` is the digest of the link's."""

MIGRATIONS: tuple[Migration, ...] = (_FIRST_FORM, _ENDED_CLASSES)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Brings a file to the newest form, all at once or not at all. Raises sqlite3.Error."""
    bring_up_to_date(connection, APPLICATION_ID, migrations)

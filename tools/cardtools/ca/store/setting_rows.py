"""What the CA remembers from one run to the next."""

from __future__ import annotations

import sqlite3


def get(connection: sqlite3.Connection, name: str) -> str | None:
    """What was remembered under the name."""
    row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row["value"])


def put(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Remembers a value in the place of the one before."""
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

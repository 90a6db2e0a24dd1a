"""The nonces that a card's statement has answered and that have not expired."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from cardtools.ca.times import to_text


def add_answered(connection: sqlite3.Connection, nonce: bytes, expires: datetime) -> bool:
    """Keeps a nonce as answered. False when it is kept already."""
    cursor = connection.execute("INSERT OR IGNORE INTO answered_challenges VALUES (?, ?)", (nonce, to_text(expires)))
    return cursor.rowcount == 1


def sweep(connection: sqlite3.Connection, at: datetime) -> None:
    """Forgets the nonces that have expired."""
    connection.execute("DELETE FROM answered_challenges WHERE expires <= ?", (to_text(at),))

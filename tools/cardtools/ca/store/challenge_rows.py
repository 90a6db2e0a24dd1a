"""The nonces that wait for a card's statement."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from cardtools.ca.times import to_text


def add(connection: sqlite3.Connection, nonce: bytes, expires: datetime) -> None:
    """Keeps a nonce until it is answered or swept."""
    connection.execute("INSERT INTO challenges VALUES (?, ?)", (nonce, to_text(expires)))


def sweep(connection: sqlite3.Connection, at: datetime) -> None:
    """Forgets the nonces that have expired."""
    connection.execute("DELETE FROM challenges WHERE expires <= ?", (to_text(at),))


def count(connection: sqlite3.Connection) -> int:
    """How many nonces wait for their answer."""
    return int(connection.execute("SELECT count(*) FROM challenges").fetchone()[0])


def take(connection: sqlite3.Connection, nonce: bytes, at: datetime) -> bool:
    """Uses up a nonce. False when there is none such, or no more."""
    cursor = connection.execute("DELETE FROM challenges WHERE nonce = ? AND expires > ?", (nonce, to_text(at)))
    return cursor.rowcount == 1

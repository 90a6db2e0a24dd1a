"""The digests of tokens."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from cardtools.ca.times import to_text


def add(connection: sqlite3.Connection, name: str, role: str, digest: bytes, made: datetime) -> None:
    """Keeps a token's digest. Raises sqlite3.IntegrityError when the name is taken."""
    connection.execute("INSERT INTO tokens VALUES (?, ?, ?, ?)", (name, role, digest, to_text(made)))


def every(connection: sqlite3.Connection) -> list[tuple[str, str, bytes]]:
    """Name, role and digest of each token."""
    return [(row["name"], row["role"], row["hash"]) for row in connection.execute("SELECT * FROM tokens ORDER BY name")]


def delete(connection: sqlite3.Connection, name: str) -> bool:
    """Forgets a token. False when there is none of that name."""
    return connection.execute("DELETE FROM tokens WHERE name = ?", (name,)).rowcount == 1

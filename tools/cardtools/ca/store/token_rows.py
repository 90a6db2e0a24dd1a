"""The digests of tokens."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from cardtools.ca.times import to_text


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """Who holds a token: the name, the role, and for which customer."""

    name: str
    role: str
    customer: str


def add(connection: sqlite3.Connection, holder: TokenRecord, digest: bytes, made: datetime) -> None:
    """Keeps a token's digest. Raises sqlite3.IntegrityError when the name is taken."""
    connection.execute(
        "INSERT INTO tokens VALUES (?, ?, ?, ?, ?)", (holder.name, holder.role, digest, to_text(made), holder.customer)
    )


def every(connection: sqlite3.Connection) -> list[tuple[TokenRecord, bytes]]:
    """Holder and digest of each token."""
    rows = connection.execute("SELECT * FROM tokens ORDER BY name")
    return [(TokenRecord(row["name"], row["role"], row["customer"]), row["hash"]) for row in rows]


def delete(connection: sqlite3.Connection, name: str) -> bool:
    """Forgets a token. False when there is none of that name."""
    return connection.execute("DELETE FROM tokens WHERE name = ?", (name,)).rowcount == 1

"""The CA's own certificates, those of each address at which it ran."""

from __future__ import annotations

import sqlite3


def add(connection: sqlite3.Connection, serial: str, purpose: str, url: str, der: bytes) -> None:
    """Keeps a certificate of the CA's own, made for its address."""
    connection.execute(
        "INSERT INTO own_certificates SELECT ?, ?, ?, ?, 1 + coalesce(max(made), 0) FROM own_certificates",
        (serial, purpose, url, der),
    )


def newest(connection: sqlite3.Connection, purpose: str, url: str) -> bytes | None:
    """The newest of the CA's own certificates for the purpose and the address."""
    row = connection.execute(
        "SELECT der FROM own_certificates WHERE purpose = ? AND url = ? ORDER BY made DESC LIMIT 1", (purpose, url)
    ).fetchone()
    return None if row is None else bytes(row["der"])


def newest_anywhere(connection: sqlite3.Connection, purpose: str) -> bytes | None:
    """The newest of the CA's own certificates for the purpose, whatever the address."""
    row = connection.execute(
        "SELECT der FROM own_certificates WHERE purpose = ? ORDER BY made DESC LIMIT 1", (purpose,)
    ).fetchone()
    return None if row is None else bytes(row["der"])


def find(connection: sqlite3.Connection, serial: str) -> bytes | None:
    """The certificate of the CA's own with this serial number."""
    row = connection.execute("SELECT der FROM own_certificates WHERE serial = ?", (serial,)).fetchone()
    return None if row is None else bytes(row["der"])

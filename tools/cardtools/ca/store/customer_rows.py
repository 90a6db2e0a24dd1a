"""The CA's customers. What belongs to none of them by name belongs to `NOBODY`."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from cardtools.ca.store.people import folded
from cardtools.ca.times import to_text

NOBODY = ""
Scope = str | None
"""Whose applicants, certificates and cards are meant: those of one customer, or, None, those of all."""


def within(customer: str, scope: Scope) -> bool:
    """Whether what is a customer's lies within a scope."""
    return scope is None or customer == scope


def add(connection: sqlite3.Connection, name: str, since: datetime) -> None:
    """Keeps a customer. Raises sqlite3.IntegrityError when there is one of that name."""
    connection.execute("INSERT INTO customers VALUES (?, ?, ?)", (name, folded(name), to_text(since)))


def named(connection: sqlite3.Connection, name: str) -> str | None:
    """The customer of that name, however it is written; None when there is none."""
    row = connection.execute("SELECT name FROM customers WHERE folded = ?", (folded(name),)).fetchone()
    return None if row is None else str(row["name"])


def every(connection: sqlite3.Connection) -> list[str]:
    """The customers' names."""
    return [row["name"] for row in connection.execute("SELECT name FROM customers ORDER BY folded")]

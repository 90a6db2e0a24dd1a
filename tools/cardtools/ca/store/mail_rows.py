"""Who may ask by signed e-mail, and which e-mails were carried out."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from cardtools.ca.times import to_text


def add_sender(connection: sqlite3.Connection, e_mail: str, since: datetime, customer: str) -> None:
    """Authorises a (folded) address for a customer. Raises sqlite3.IntegrityError when it is authorised."""
    connection.execute("INSERT INTO mail_senders VALUES (?, ?, ?)", (e_mail, to_text(since), customer))


def delete_sender(connection: sqlite3.Connection, e_mail: str) -> bool:
    """Takes the authorisation of a (folded) address back. False when there is none."""
    return connection.execute("DELETE FROM mail_senders WHERE e_mail = ?", (e_mail,)).rowcount == 1


def senders(connection: sqlite3.Connection) -> list[str]:
    """The authorised addresses."""
    return [row["e_mail"] for row in connection.execute("SELECT e_mail FROM mail_senders ORDER BY e_mail")]


def customer_of_sender(connection: sqlite3.Connection, e_mail: str) -> str | None:
    """For which customer a (folded) address is authorised; None when it is not."""
    row = connection.execute("SELECT customer FROM mail_senders WHERE e_mail = ?", (e_mail,)).fetchone()
    return None if row is None else str(row["customer"])


def add(connection: sqlite3.Connection, fingerprint: str, message_id: str, received: datetime) -> None:
    """Keeps an e-mail that is carried out. Raises sqlite3.IntegrityError when it was before."""
    connection.execute("INSERT INTO mails VALUES (?, ?, ?)", (fingerprint, message_id, to_text(received)))

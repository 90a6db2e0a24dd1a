"""Who may ask by signed e-mail, and which e-mails were carried out. Two tables of their own in the CA's file."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from cardtools.ca.people import folded
from cardtools.ca.refused import RefusedError
from cardtools.ca.service import Service
from cardtools.ca.times import to_text
from cardtools.protocol import Problem

# Made when first needed, so that CAs that were made without them have them too.
_TABLES = (
    "CREATE TABLE IF NOT EXISTS mail_senders (e_mail TEXT PRIMARY KEY, since TEXT NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS mails (fingerprint TEXT PRIMARY KEY, message_id TEXT NOT NULL, received TEXT NOT NULL)"
    " STRICT",
)


def authorise(service: Service, e_mail: str, who: str) -> None:
    """From now on the CA does what signed e-mails from the address ask. Raises RefusedError: not an address, known."""
    with service.audit.act(who, "authorise e-mail", e_mail) as act:
        if not (e_mail.isascii() and e_mail.isprintable() and " " not in e_mail and e_mail.count("@") == 1):
            raise RefusedError(Problem.BAD_REQUEST, f"{e_mail} is not an e-mail address.")
        _prepare(act.connection)
        try:
            act.connection.execute("INSERT INTO mail_senders VALUES (?, ?)", (folded(e_mail), to_text(service.clock())))
        except sqlite3.IntegrityError as error:
            raise RefusedError(Problem.ALREADY_DONE, f"{e_mail} is authorised already.") from error


def withdraw(service: Service, e_mail: str, who: str) -> None:
    """Takes the authorisation back. Raises RefusedError: not found."""
    with service.audit.act(who, "withdraw e-mail", e_mail) as act:
        _prepare(act.connection)
        if not act.connection.execute("DELETE FROM mail_senders WHERE e_mail = ?", (folded(e_mail),)).rowcount:
            raise RefusedError(Problem.NOT_FOUND, f"{e_mail} is not authorised.")


def authorised(service: Service) -> list[str]:
    """The addresses that may ask."""
    with service.database.transaction() as connection:
        _prepare(connection)
        return [row["e_mail"] for row in connection.execute("SELECT e_mail FROM mail_senders ORDER BY e_mail")]


def may_ask(connection: sqlite3.Connection, e_mail: str) -> bool:
    """Whether the address is authorised. The connection is one of a transaction."""
    _prepare(connection)
    found = connection.execute("SELECT 1 FROM mail_senders WHERE e_mail = ?", (folded(e_mail),)).fetchone()
    return found is not None


def take(connection: sqlite3.Connection, fingerprint: str, message_id: str, at: datetime) -> bool:
    """Marks an e-mail as carried out. False when it was before. The connection is one of a transaction."""
    _prepare(connection)
    try:
        connection.execute("INSERT INTO mails VALUES (?, ?, ?)", (fingerprint, message_id, to_text(at)))
    except sqlite3.IntegrityError:
        return False
    return True


def _prepare(connection: sqlite3.Connection) -> None:
    for table in _TABLES:
        connection.execute(table)

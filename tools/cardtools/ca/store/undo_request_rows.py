"""The requests to undo bonds. A card has one that waits, and no second."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from cardtools.ca.store.bond_rows import BondRecord
from cardtools.ca.store.cards import CardId
from cardtools.ca.store.customer_rows import NOBODY, Scope, within
from cardtools.ca.times import from_text, to_text
from cardtools.common.terms import UndoState


@dataclass(frozen=True, slots=True)
class UndoRecord:
    """A request to undo the bond of a card (PQ-25). `reason` is there when it was refused."""

    number: int
    card: CardId
    person: str
    """To whom the card was bound, as `people.person_of` tells it."""
    name: str
    sent: datetime
    sender: str
    """Who sent it, as the audit log names them."""
    state: UndoState
    decided: datetime | None = None
    reason: str | None = None
    customer: str = NOBODY


def add(connection: sqlite3.Connection, bond: BondRecord, sender: str, at: datetime) -> int:
    """Keeps a new request; gives its number. Raises sqlite3.IntegrityError when one waits for the card already."""
    card = bond.card
    cursor = connection.execute(
        "INSERT INTO undo_requests (card_profile, card_number, person, name, sent, sender, state, customer)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (card.profile, card.number, bond.person, bond.name, to_text(at), sender, UndoState.PENDING, bond.customer),
    )
    assert cursor.lastrowid is not None, "a row was inserted"
    return cursor.lastrowid


def find(connection: sqlite3.Connection, number: int) -> UndoRecord | None:
    """The request with this number."""
    row = connection.execute("SELECT * FROM undo_requests WHERE number = ?", (number,)).fetchone()
    return row and _record(row)


def newest(connection: sqlite3.Connection, scope: Scope, state: UndoState | None, *, at_most: int) -> list[UndoRecord]:
    """The newest requests, of one state or all, newest first."""
    rows = connection.execute(
        "SELECT * FROM undo_requests WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR customer = ?2)"
        " ORDER BY number DESC LIMIT ?3",
        (state, scope, at_most),
    )
    return [_record(row) for row in rows]


def of_person(connection: sqlite3.Connection, person: str, scope: Scope) -> list[UndoRecord]:
    """The requests about cards that were bound to a person (`people.person_of`), newest first."""
    rows = connection.execute("SELECT * FROM undo_requests WHERE person = ? ORDER BY number DESC", (person,))
    return [record for record in map(_record, rows) if within(record.customer, scope)]


def refuse(connection: sqlite3.Connection, number: int, at: datetime, reason: str) -> None:
    """Marks a request as refused."""
    connection.execute(
        "UPDATE undo_requests SET state = ?, decided = ?, reason = ? WHERE number = ?",
        (UndoState.REFUSED, to_text(at), reason, number),
    )


def finish(connection: sqlite3.Connection, card: CardId, at: datetime) -> None:
    """Marks the request that waits for a card as done, if there is one: its bond is undone."""
    connection.execute(
        "UPDATE undo_requests SET state = ?, decided = ? WHERE card_profile = ? AND card_number = ? AND state = ?",
        (UndoState.DONE, to_text(at), card.profile, card.number, UndoState.PENDING),
    )


def _record(row: sqlite3.Row) -> UndoRecord:
    return UndoRecord(
        number=row["number"],
        card=CardId(row["card_profile"], row["card_number"]),
        person=row["person"],
        name=row["name"],
        sent=from_text(row["sent"]),
        sender=row["sender"],
        state=UndoState(row["state"]),
        decided=row["decided"] and from_text(row["decided"]),
        reason=row["reason"],
        customer=row["customer"],
    )

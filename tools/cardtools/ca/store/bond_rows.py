"""The bonds between cards and applicants, one a card."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from cardtools.ca.store.cards import CardId
from cardtools.ca.store.customer_rows import NOBODY
from cardtools.ca.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class BondRecord:
    """A card that is bound to an applicant (PQ-23)."""

    card: CardId
    person: str
    """As `people.person_of` tells it."""
    name: str
    e_mail: str
    made: datetime
    customer: str = NOBODY
    """Whose applicant made it."""


def add(connection: sqlite3.Connection, record: BondRecord) -> None:
    """Binds a card. Raises sqlite3.IntegrityError when it is bound."""
    connection.execute(
        "INSERT INTO bonds VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            record.card.profile,
            record.card.number,
            record.person,
            record.name,
            record.e_mail,
            to_text(record.made),
            record.customer,
        ),
    )


def of_card(connection: sqlite3.Connection, card: CardId) -> BondRecord | None:
    """The bond of a card."""
    row = connection.execute(
        "SELECT * FROM bonds WHERE card_profile = ? AND card_number = ?", (card.profile, card.number)
    ).fetchone()
    return row and _bond(row)


def of_number(connection: sqlite3.Connection, number: str) -> list[BondRecord]:
    """The bonds of the cards with this serial number: two models may have the same."""
    rows = connection.execute("SELECT * FROM bonds WHERE card_number = ? ORDER BY rowid", (number,))
    return [_bond(row) for row in rows]


def of_person(connection: sqlite3.Connection, person: str) -> list[BondRecord]:
    """The bonds of one person (`people.person_of`)."""
    return [_bond(row) for row in connection.execute("SELECT * FROM bonds WHERE person = ? ORDER BY rowid", (person,))]


def delete(connection: sqlite3.Connection, card: CardId) -> None:
    """Unbinds a card."""
    connection.execute("DELETE FROM bonds WHERE card_profile = ? AND card_number = ?", (card.profile, card.number))


def _bond(row: sqlite3.Row) -> BondRecord:
    return BondRecord(
        card=CardId(row["card_profile"], row["card_number"]),
        person=row["person"],
        name=row["name"],
        e_mail=row["e_mail"],
        made=from_text(row["made"]),
        customer=row["customer"],
    )

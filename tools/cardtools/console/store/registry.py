"""Classes, trainees and attempts: kept and found."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cardtools.console.store.database import Database
from cardtools.console.store.rows import (
    AttemptRow,
    AttemptState,
    CallRow,
    ClassRow,
    EndedRow,
    TraineeRow,
    TrapRow,
    attempt_of,
    class_of,
    read,
    trainee_of,
    written,
)

_ID_BYTES, _TOKEN_BYTES = 5, 32
_ENDED_KEPT = timedelta(days=90)
"""For so long is known that a class was ended."""


@dataclass(frozen=True, slots=True)
class NewClass:
    """A class to be kept."""

    title: str
    language: str
    exercises: tuple[str, ...]
    trainees: tuple[str, ...]
    practice: bool = False


class Registry:
    """What the console keeps. Whatever a method has given back, or taken, is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Classes

    def add_class(self, new: NewClass, at: datetime) -> ClassRow:
        """Keeps a class, and gives each trainee a token."""
        made = ClassRow(_new_id(), new.title, new.language, new.practice, at)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO classes VALUES (?, ?, ?, ?, ?)",
                (made.id, made.title, made.language, int(made.practice), written(at)),
            )
            connection.executemany(
                "INSERT INTO exercises VALUES (?, ?, ?)",
                [(made.id, position, exercise) for position, exercise in enumerate(new.exercises)],
            )
            _add_trainees(connection, made.id, new.trainees)
        return made

    def add_trainees(self, class_id: str, names: Sequence[str]) -> None:
        """Keeps more trainees of a class, after the others, and gives each a token."""
        with self._database.transaction() as connection:
            _add_trainees(connection, class_id, names)

    def remove_class(self, class_id: str, at: datetime) -> None:
        """Forgets a class and all that is in it, but that there was one, for whoever comes with its links."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM ended WHERE at < ?", (written(at - _ENDED_KEPT),))
            rows = connection.execute(
                "SELECT t.id, t.token, c.title FROM trainees t JOIN classes c ON c.id = t.class WHERE c.id = ?",
                (class_id,),
            ).fetchall()
            connection.executemany(
                "INSERT INTO ended VALUES (?, ?, ?, ?)",
                [(row["id"], _digest(row["token"]), row["title"], written(at)) for row in rows],
            )
            connection.execute("DELETE FROM classes WHERE id = ?", (class_id,))

    def ended_with(self, token: str) -> EndedRow | None:
        """The class that was ended, of which a trainee's link had this token."""
        row = self._one("SELECT title, at FROM ended WHERE token = ?", _digest(token))
        return None if row is None else EndedRow(row["title"], read(row["at"]))

    def classes(self) -> list[ClassRow]:
        """All classes, the newest first."""
        return [class_of(row) for row in self._all("SELECT * FROM classes ORDER BY made DESC, id")]

    def find_class(self, class_id: str) -> ClassRow | None:
        """The class of this id."""
        row = self._one("SELECT * FROM classes WHERE id = ?", class_id)
        return None if row is None else class_of(row)

    def exercises(self, class_id: str) -> tuple[str, ...]:
        """The ids of a class's exercises, in order."""
        rows = self._all("SELECT exercise FROM exercises WHERE class = ? ORDER BY position", class_id)
        return tuple(row["exercise"] for row in rows)

    # Trainees

    def trainees(self, class_id: str) -> list[TraineeRow]:
        """The trainees of a class, in order."""
        return [
            trainee_of(row) for row in self._all("SELECT * FROM trainees WHERE class = ? ORDER BY number", class_id)
        ]

    def find_trainee(self, trainee_id: str) -> TraineeRow | None:
        """The trainee of this id."""
        row = self._one("SELECT * FROM trainees WHERE id = ?", trainee_id)
        return None if row is None else trainee_of(row)

    def trainee_with(self, token: str) -> TraineeRow | None:
        """The trainee whose link has this token."""
        row = self._one("SELECT * FROM trainees WHERE token = ?", token)
        return None if row is None else trainee_of(row)

    def note_seen(self, trainee_id: str, at: datetime) -> None:
        """Notes that a trainee's desk is looked at."""
        self._change("UPDATE trainees SET seen = ? WHERE id = ?", written(at), trainee_id)

    def set_asking(self, trainee_id: str, asks: bool) -> None:
        """Notes whether a trainee waits for the trainer's help."""
        self._change("UPDATE trainees SET asks = ? WHERE id = ?", int(asks), trainee_id)

    def set_message(self, trainee_id: str, message: str) -> None:
        """Keeps what the trainer says to a trainee, who waits no more."""
        self._change("UPDATE trainees SET message = ?, asks = 0 WHERE id = ?", message, trainee_id)

    # Attempts

    def add_attempt(self, trainee: TraineeRow, position: int, exercise: str, at: datetime) -> AttemptRow:
        """Begins an attempt. It is open; the one before it is over."""
        with self._database.transaction() as connection:
            [before] = connection.execute(
                "SELECT coalesce(max(number), 0) FROM attempts WHERE trainee = ?", (trainee.id,)
            ).fetchone()
            card = f"{trainee.id}-{before + 1}"
            connection.execute(
                "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, NULL, 'open', 0, 0, '{}')",
                (card, trainee.id, before + 1, position, exercise, written(at)),
            )
            connection.execute("UPDATE trainees SET asks = 0, message = '' WHERE id = ?", (trainee.id,))
            row = connection.execute("SELECT * FROM attempts WHERE card = ?", (card,)).fetchone()
        return attempt_of(row)

    def attempts(self, trainee_id: str) -> list[AttemptRow]:
        """A trainee's attempts, the first one first."""
        return [
            attempt_of(row) for row in self._all("SELECT * FROM attempts WHERE trainee = ? ORDER BY number", trainee_id)
        ]

    def current(self, trainee_id: str) -> AttemptRow | None:
        """A trainee's newest attempt."""
        row = self._one("SELECT * FROM attempts WHERE trainee = ? ORDER BY number DESC LIMIT 1", trainee_id)
        return None if row is None else attempt_of(row)

    def attempt_with(self, card: str) -> AttemptRow | None:
        """The attempt that is about a card."""
        row = self._one("SELECT * FROM attempts WHERE card = ?", card)
        return None if row is None else attempt_of(row)

    def judge(self, card: str, state: AttemptState, tries_spent: int, hints: int, traps: Sequence[TrapRow]) -> None:
        """Keeps how an attempt stands. Nothing is taken back: a trap stays, and what is solved or lost is over."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM attempts WHERE card = ?", (card,)).fetchone()
            if row is None:
                return
            known = attempt_of(row)
            merged = {trap.id: dict(trap.titles) for trap in (*known.traps, *traps)}
            over = known.state is not AttemptState.OPEN
            connection.execute(
                "UPDATE attempts SET state = ?, tries_spent = ?, hints = ?, traps = ? WHERE card = ?",
                (
                    known.state if over else state,
                    max(known.tries_spent, tries_spent),
                    max(known.hints, hints),
                    json.dumps(merged),
                    card,
                ),
            )

    def end(self, card: str, at: datetime) -> None:
        """Notes when an attempt was over, once."""
        self._change("UPDATE attempts SET ended = ? WHERE card = ? AND ended IS NULL", written(at), card)

    # Calls and hints

    def add_call(self, card: str, call: CallRow) -> None:
        """Keeps what was said on the telephone, or stood in a letter; whoever is called again says it again."""
        self._change(
            "INSERT OR REPLACE INTO calls VALUES (?, ?, ?, ?)",
            card,
            call.person,
            call.says,
            json.dumps(dict(call.tells)),
        )

    def calls(self, card: str) -> tuple[CallRow, ...]:
        """What was said, in the order of the calls."""
        rows = self._all("SELECT * FROM calls WHERE card = ? ORDER BY rowid", card)
        return tuple(CallRow(row["person"], row["says"], json.loads(row["tells"])) for row in rows)

    def add_hint(self, card: str, number: int, hint: str) -> None:
        """Keeps a hint that was given, in the words in which it was given first."""
        self._change("INSERT OR IGNORE INTO hints VALUES (?, ?, ?)", card, number, hint)

    def has_hint(self, card: str, number: int) -> bool:
        """Whether the hint of this number was given."""
        return bool(self._all("SELECT 1 FROM hints WHERE card = ? AND number = ?", card, number))

    def hints(self, card: str) -> tuple[str, ...]:
        """The hints that were given, the first one first."""
        return tuple(row["hint"] for row in self._all("SELECT hint FROM hints WHERE card = ? ORDER BY number", card))

    # Settings

    def setting(self, name: str, new: str) -> str:
        """What is kept under a name; the new value, kept from now on, where there was none."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (name, new))
            [value] = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return str(value)

    def _all(self, query: str, *values: str | int) -> list[sqlite3.Row]:
        with self._database.reading() as connection:
            return connection.execute(query, values).fetchall()

    def _one(self, query: str, *values: str) -> sqlite3.Row | None:
        found = self._all(query, *values)
        return found[0] if found else None

    def _change(self, statement: str, *values: str | int) -> None:
        with self._database.transaction() as connection:
            connection.execute(statement, values)


def _add_trainees(connection: sqlite3.Connection, class_id: str, names: Sequence[str]) -> None:
    [before] = connection.execute(
        "SELECT coalesce(max(number), 0) FROM trainees WHERE class = ?", (class_id,)
    ).fetchone()
    connection.executemany(
        "INSERT INTO trainees (id, class, number, name, token) VALUES (?, ?, ?, ?, ?)",
        [
            (_new_id(), class_id, number, name, secrets.token_urlsafe(_TOKEN_BYTES))
            for number, name in enumerate(names, before + 1)
        ],
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _new_id() -> str:
    return secrets.token_hex(_ID_BYTES)

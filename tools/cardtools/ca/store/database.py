"""The CA's one SQLite file: its tables, and transactions on it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from cardtools.ca.refused import CaError

_APPLICATION_ID = 0x53544341
"""What marks the file as a CA's: "STCA" (SQLite, Database File Format, 1.3.18)."""
_VERSION = 2
_PATIENCE = 10.0
"""Seconds that a writer waits for the one before it."""

# Every law that two clients could break by racing is a constraint here: one use of a key, one bond a card, one
# certificate a request. Times are UTC as ISO 8601 text of one form, so that they compare as text.
_SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE challenges (nonce BLOB PRIMARY KEY, expires TEXT NOT NULL) STRICT;

CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('pending', 'issued', 'refused')),
    profile TEXT NOT NULL,
    name TEXT NOT NULL,
    e_mail TEXT NOT NULL,
    organisation TEXT,
    person TEXT NOT NULL,
    pkcs10 BLOB NOT NULL,
    key TEXT NOT NULL,
    on_device INTEGER NOT NULL,
    card_profile TEXT,
    card_number TEXT,
    renewal_of TEXT,
    received TEXT NOT NULL,
    reason TEXT
) STRICT;
CREATE UNIQUE INDEX one_request_a_key ON requests (key) WHERE state != 'refused';
CREATE INDEX requests_of_person ON requests (person);
CREATE INDEX requests_by_state ON requests (state);

CREATE TABLE certificates (
    serial TEXT PRIMARY KEY,
    request TEXT NOT NULL UNIQUE REFERENCES requests (id),
    der BLOB NOT NULL,
    valid_from TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    revoked TEXT,
    revocation_reason TEXT
) STRICT;
CREATE INDEX revoked_certificates ON certificates (revoked) WHERE revoked IS NOT NULL;

CREATE TABLE own_certificates (
    serial TEXT PRIMARY KEY, purpose TEXT NOT NULL, url TEXT NOT NULL, der BLOB NOT NULL, made INTEGER NOT NULL
) STRICT;

CREATE TABLE bonds (
    card_profile TEXT NOT NULL,
    card_number TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    e_mail TEXT NOT NULL,
    made TEXT NOT NULL,
    PRIMARY KEY (card_profile, card_number)
) STRICT;

CREATE TABLE tokens (
    name TEXT PRIMARY KEY, role TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, made TEXT NOT NULL
) STRICT;

CREATE TABLE mail_senders (e_mail TEXT PRIMARY KEY, since TEXT NOT NULL) STRICT;

CREATE TABLE mails (fingerprint TEXT PRIMARY KEY, message_id TEXT NOT NULL, received TEXT NOT NULL) STRICT;

CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
"""


class Database:
    """A CA's file. Each transaction has a connection of its own, so that threads share none."""

    def __init__(self, path: Path) -> None:
        """Raises CaError when the file is not there or is no CA's."""
        self._path = path
        if not path.is_file():
            raise CaError(f"{path.parent} holds no CA. Make one with `cardtools-ca init {path.parent}`.")
        try:
            with self.reading() as connection:
                marks = [
                    connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
                ]
        except sqlite3.DatabaseError as error:
            raise CaError(f"{path} can't be read ({error}). Make a new CA in another folder.") from error
        if marks != [_APPLICATION_ID, _VERSION]:
            raise CaError(f"{path} is not a CA's file, or is one of another version. Make a new CA in another folder.")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Changes that are made together, or not at all when the block raises; no other writer meanwhile."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One state of the file, for reading."""
        with self._connected() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            yield connection
        finally:
            connection.close()


def create(path: Path) -> Database:
    """A new CA's file, readable by its owner only. Raises FileExistsError."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    return Database(path)

"""The form of the CA's file, and how a file of an earlier form becomes one of the newest.

A migration that was released is never changed: a new form is one more entry at the end, and one more fixture file in
tests/fixtures/ca.

Every law that two clients could break by racing is a constraint here: one use of a key, one bond a card, one
certificate a request. Times are UTC as ISO 8601 text of one form, so that they compare as text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from cardtools.common.sqlite_file import Migration, bring_up_to_date

APPLICATION_ID = 0x53544341
"""What marks the file as a CA's: "STCA" (SQLite, Database File Format, 1.3.18)."""

_FIRST_FORM = (
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    "CREATE TABLE challenges (nonce BLOB PRIMARY KEY, expires TEXT NOT NULL) STRICT",
    """CREATE TABLE requests (
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
    ) STRICT""",
    "CREATE UNIQUE INDEX one_request_a_key ON requests (key) WHERE state != 'refused'",
    "CREATE INDEX requests_of_person ON requests (person)",
    "CREATE INDEX requests_by_state ON requests (state)",
    """CREATE TABLE certificates (
        serial TEXT PRIMARY KEY,
        request TEXT NOT NULL UNIQUE REFERENCES requests (id),
        der BLOB NOT NULL,
        valid_from TEXT NOT NULL,
        valid_until TEXT NOT NULL,
        revoked TEXT,
        revocation_reason TEXT
    ) STRICT""",
    "CREATE INDEX revoked_certificates ON certificates (revoked) WHERE revoked IS NOT NULL",
    """CREATE TABLE own_certificates (
        serial TEXT PRIMARY KEY, purpose TEXT NOT NULL, url TEXT NOT NULL, der BLOB NOT NULL, made INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE bonds (
        card_profile TEXT NOT NULL,
        card_number TEXT NOT NULL,
        person TEXT NOT NULL,
        name TEXT NOT NULL,
        e_mail TEXT NOT NULL,
        made TEXT NOT NULL,
        PRIMARY KEY (card_profile, card_number)
    ) STRICT""",
    """CREATE TABLE tokens (
        name TEXT PRIMARY KEY, role TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, made TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE audit (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        who TEXT NOT NULL,
        act TEXT NOT NULL,
        subject TEXT NOT NULL,
        outcome TEXT NOT NULL,
        detail TEXT NOT NULL
    ) STRICT""",
    """CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END""",
    """CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END""",
    """CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
        WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END""",
)
_SIGNED_E_MAILS = (
    # The programs of the first form made these two tables themselves, once the first e-mail address was authorised.
    "CREATE TABLE IF NOT EXISTS mail_senders (e_mail TEXT PRIMARY KEY, since TEXT NOT NULL) STRICT",
    """CREATE TABLE IF NOT EXISTS mails (
        fingerprint TEXT PRIMARY KEY, message_id TEXT NOT NULL, received TEXT NOT NULL
    ) STRICT""",
)

_BOUNDS_OF_CLIENTS = (
    # What waits for an answer is no longer kept, only what was answered.
    "DROP TABLE challenges",
    "CREATE TABLE answered_challenges (nonce BLOB PRIMARY KEY, expires TEXT NOT NULL) STRICT",
    "ALTER TABLE requests ADD COLUMN client TEXT NOT NULL DEFAULT ''",
)

_TWO_ISSUERS = (
    """CREATE TABLE undo_requests (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        card_profile TEXT NOT NULL,
        card_number TEXT NOT NULL,
        person TEXT NOT NULL,
        name TEXT NOT NULL,
        sent TEXT NOT NULL,
        sender TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'refused')),
        decided TEXT,
        reason TEXT
    ) STRICT""",
    """CREATE UNIQUE INDEX one_undo_request_a_card ON undo_requests (card_profile, card_number)
        WHERE state = 'pending'""",
    "CREATE INDEX undo_requests_of_person ON undo_requests (person)",
    # Before there were two CAs that issue, one issued everything.
    "ALTER TABLE requests ADD COLUMN validity TEXT NOT NULL DEFAULT 'one-year'",
    "ALTER TABLE requests ADD COLUMN surname TEXT",
    "ALTER TABLE requests ADD COLUMN identifier TEXT",
    "ALTER TABLE requests ADD COLUMN language TEXT NOT NULL DEFAULT 'en'",
    # Of certificates that were issued before, nobody is told any more.
    """CREATE TABLE notices (
        request TEXT PRIMARY KEY REFERENCES requests (id), written TEXT, ended TEXT, outcome TEXT
    ) STRICT""",
    "CREATE INDEX open_notices ON notices (request) WHERE written IS NULL OR ended IS NULL",
    "ALTER TABLE certificates ADD COLUMN issuing_ca TEXT NOT NULL DEFAULT 'single'",
)

_SEVERAL_CUSTOMERS = (
    # The empty name is nobody's: who and what belongs to no customer by name, and all that there was before.
    "CREATE TABLE customers (name TEXT PRIMARY KEY, folded TEXT NOT NULL UNIQUE, since TEXT NOT NULL) STRICT",
    "ALTER TABLE requests ADD COLUMN customer TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE bonds ADD COLUMN customer TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE undo_requests ADD COLUMN customer TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tokens ADD COLUMN customer TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE mail_senders ADD COLUMN customer TEXT NOT NULL DEFAULT ''",
)

MIGRATIONS: tuple[Migration, ...] = (
    _FIRST_FORM,
    _SIGNED_E_MAILS,
    _BOUNDS_OF_CLIENTS,
    _TWO_ISSUERS,
    _SEVERAL_CUSTOMERS,
)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Brings a file to the newest form, all at once or not at all. Raises sqlite3.Error."""
    bring_up_to_date(connection, APPLICATION_ID, migrations)

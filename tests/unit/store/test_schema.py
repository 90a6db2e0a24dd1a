from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from stuntcard.store.database import read_file
from stuntcard.store.schema import APPLICATION_ID, MIGRATIONS, migrate, version_of

FIXTURES = Path(__file__).parents[2] / "fixtures" / "store"
NEXT = (*MIGRATIONS, ("ALTER TABLE card ADD COLUMN colour TEXT", "UPDATE card SET colour = 'grey'"))
BROKEN = (*MIGRATIONS, ("ALTER TABLE card ADD COLUMN colour TEXT", "UPDATE no_such_table SET colour = 'grey'"))


def new_database() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def columns_of_card(connection: sqlite3.Connection) -> list[str]:
    return [row[1] for row in connection.execute("PRAGMA table_info(card)")]


def test_an_empty_file_becomes_one_of_the_newest_form() -> None:
    connection = new_database()
    assert version_of(connection) == 0
    migrate(connection)
    assert version_of(connection) == len(MIGRATIONS)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_a_file_of_an_earlier_form_goes_through_what_is_missing() -> None:
    connection = new_database()
    migrate(connection)
    connection.execute("INSERT INTO card VALUES (1, 'a', 'b', 'full', 'today', NULL)")
    migrate(connection, NEXT)
    assert version_of(connection) == len(NEXT)
    assert connection.execute("SELECT profile, colour FROM card").fetchall() == [("a", "grey")]
    migrate(connection, NEXT)
    assert version_of(connection) == len(NEXT)


def test_a_migration_that_fails_leaves_the_file_as_it_was() -> None:
    connection = new_database()
    migrate(connection)
    before = columns_of_card(connection)
    with pytest.raises(sqlite3.Error):
        migrate(connection, BROKEN)
    assert version_of(connection) == len(MIGRATIONS)
    assert columns_of_card(connection) == before
    assert not connection.in_transaction


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_there_is_a_file_of_every_form_that_was_released_and_it_still_opens(version: int, tmp_path: Path) -> None:
    file = tmp_path / "fixture.card"
    content = (FIXTURES / f"v{version}.card").read_bytes()
    file.write_bytes(content)
    stored = read_file(file)
    # Each fixture is the card that tests/unit/store/make_fixture.py makes.
    assert stored.profile.id == "proid-q"
    assert stored.made == "2026-01-02T03:04:05+00:00"
    assert stored.profile.token.serial == ("5354554E54000001" if version == 1 else "5354554E54ABCDEF")
    state = stored.content.state
    assert state.codes["qpin"].tries_left == 2
    assert stored.content.values == {"pin": b"24681357", "puk": b"87654321", "qpin": b"12345678"}
    assert stored.content.renewals == ({"pin": 1} if version > 2 else {})
    assert [(item.area, item.key, item.listed, item.certificate) for item in state.items] == [
        ("general", "imported", True, True),
        ("general", "imported", True, False),
        ("general", "made", False, False),
    ]
    assert [record.identifier for record in stored.content.keys.values()] == [b"\x01", b"\x45\x46", None]
    assert [record.private.key_size for record in stored.content.keys.values() if record.private] == [384, 2048, 256]
    assert file.read_bytes() == content

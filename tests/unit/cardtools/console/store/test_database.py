"""A console's file that is damaged, or of the first form."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cardtools.console.errors import ConsoleError
from cardtools.console.store.database import FILE, Database
from cardtools.console.store.registry import NewClass, Registry
from cardtools.console.store.schema import MIGRATIONS, migrate

AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


def test_a_file_with_a_damaged_middle_is_refused_with_a_reason(tmp_path: Path) -> None:
    Registry(Database(tmp_path)).add_class(NewClass("Helpdesk", "cs", ("first",), ("Jana",)), AT)
    file = tmp_path / FILE
    whole = file.read_bytes()
    damaged = whole[:8192] + bytes(len(whole) - 8192)
    file.write_bytes(damaged)
    with pytest.raises(ConsoleError) as caught:
        Database(tmp_path)
    assert caught.value.key == "store-unusable"
    assert file.read_bytes() == damaged


def test_a_class_that_was_kept_in_the_first_form_goes_on(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, MIGRATIONS[:1])
        connection.execute("INSERT INTO classes VALUES ('k', 'Helpdesk', 'cs', 0, '2026-11-28T09:30:00.000000Z')")
        connection.execute("INSERT INTO exercises VALUES ('k', 0, 'first')")
        connection.execute("INSERT INTO trainees VALUES ('j', 'k', 1, 'Jana', 'token', 1, 'hello')")
        connection.execute(
            "INSERT INTO attempts VALUES ('j-1', 'j', 1, 0, 'first', '2026-11-28T09:31:00.000000Z', NULL, 'open', 2, "
            '1, \'{"puk-spent": {"cs": "Padl pokus PUKu."}}\')'
        )
    registry = Registry(Database(tmp_path))
    [jana] = registry.trainees("k")
    assert (jana.name, jana.asks, jana.message, jana.seen) == ("Jana", True, "hello", None)
    attempt = registry.current("j")
    assert attempt is not None
    assert [trap.id for trap in attempt.traps] == ["puk-spent"]
    registry.remove_class("k", AT)
    assert registry.classes() == []

"""What the console keeps, and that it stays kept."""

from __future__ import annotations

import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cardtools.console.errors import ConsoleError
from cardtools.console.store.database import FILE, Database
from cardtools.console.store.registry import NewClass, Registry
from cardtools.console.store.rows import AttemptState, TrapRow

AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
PUK_SPENT = TrapRow("puk-spent", {"cs": "Padl pokus PUKu."})
PIN_BLOCKED = TrapRow("pin-blocked", {"cs": "PIN se zablokoval."})
CLASS = NewClass("Helpdesk", "cs", ("first", "second"), ("Jana", "Petr"))


def registry(folder: Path) -> Registry:
    return Registry(Database(folder))


def test_a_class_is_there_after_a_restart_with_its_links(tmp_path: Path) -> None:
    before = registry(tmp_path)
    made = before.add_class(CLASS, AT)
    jana, petr = before.trainees(made.id)
    attempt = before.add_attempt(jana, 0, "first", AT)
    assert (attempt.card, attempt.state, attempt.number) == (f"{jana.id}-1", AttemptState.OPEN, 1)

    after = registry(tmp_path)
    assert after.classes() == [made]
    assert after.exercises(made.id) == ("first", "second")
    assert [trainee.name for trainee in after.trainees(made.id)] == ["Jana", "Petr"]
    assert after.trainee_with(petr.token) == petr
    assert after.trainee_with("") is None
    assert after.current(jana.id) == attempt
    assert after.current(petr.id) is None


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    Database(tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / FILE).stat().st_mode) == 0o600


def test_what_was_judged_is_never_taken_back(tmp_path: Path) -> None:
    kept = registry(tmp_path)
    [jana, _] = kept.trainees(kept.add_class(CLASS, AT).id)
    card = kept.add_attempt(jana, 0, "first", AT).card
    kept.judge(card, AttemptState.OPEN, 2, 1, [PUK_SPENT])
    kept.judge(card, AttemptState.SOLVED, 2, 1, [PIN_BLOCKED])
    kept.judge(card, AttemptState.OPEN, 0, 0, [])
    attempt = kept.attempt_with(card)
    assert attempt is not None
    assert (attempt.state, attempt.tries_spent, attempt.hints) == (AttemptState.SOLVED, 2, 1)
    assert sorted(trap.titles["cs"] for trap in attempt.traps) == ["PIN se zablokoval.", "Padl pokus PUKu."]
    kept.end(card, AT + timedelta(minutes=7))
    kept.end(card, AT + timedelta(minutes=9))
    ended = kept.attempt_with(card)
    assert ended is not None
    assert ended.ended == AT + timedelta(minutes=7)


def test_a_new_attempt_lowers_the_hand_and_clears_the_message(tmp_path: Path) -> None:
    kept = registry(tmp_path)
    [jana, _] = kept.trainees(kept.add_class(CLASS, AT).id)
    kept.set_asking(jana.id, True)
    assert kept.trainees(jana.class_id)[0].asks
    kept.set_message(jana.id, "Podívejte se na PUK.")
    assert (kept.trainees(jana.class_id)[0].asks, kept.trainees(jana.class_id)[0].message) == (
        False,
        "Podívejte se na PUK.",
    )
    kept.add_attempt(jana, 0, "first", AT)
    assert kept.trainees(jana.class_id)[0].message == ""


def test_a_class_that_ends_takes_all_with_it(tmp_path: Path) -> None:
    kept = registry(tmp_path)
    made = kept.add_class(CLASS, AT)
    [jana, _] = kept.trainees(made.id)
    card = kept.add_attempt(jana, 0, "first", AT).card
    kept.remove_class(made.id, AT)
    assert (kept.classes(), kept.find_trainee(jana.id), kept.attempt_with(card)) == ([], None, None)


def test_another_programs_file_and_a_newer_one_are_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as foreign:
        foreign.execute("PRAGMA application_id = 1")
        foreign.execute("CREATE TABLE theirs (a)")
    with pytest.raises(ConsoleError) as caught:
        Database(tmp_path)
    assert caught.value.key == "store-foreign"

    Database(tmp_path / "newer")
    with sqlite3.connect(tmp_path / "newer" / FILE) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(ConsoleError) as caught:
        Database(tmp_path / "newer")
    assert caught.value.key == "store-too-new"


def test_a_setting_is_made_once(tmp_path: Path) -> None:
    assert registry(tmp_path).setting("session", "first") == "first"
    assert registry(tmp_path).setting("session", "second") == "first"

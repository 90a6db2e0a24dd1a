from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from stuntcard.card.keeper import KeepError
from stuntcard.store.database import CardFile, Durability, StoredCard, create_file, move_file, read_file, remove_file
from stuntcard.store.errors import DamagedCardError, NewerCardError, StoreError
from stuntcard.store.schema import MIGRATIONS

from tests.unit.card.cards import OK, PIN
from tests.unit.store.cards import client_of, live_a_little, stored_card
from tests.unit.store.workload import comparable

STORED = stored_card()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    directory = tmp_path / "cards"
    directory.mkdir(mode=0o700)
    return directory / "mine.card"


@pytest.fixture
def card(path: Path) -> Path:
    create_file(path, STORED)
    return path


def all_bytes(path: Path) -> dict[str, bytes]:
    """The card's file and its log; an empty log and its index are nothing."""
    files = {file.name: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}
    return {name: content for name, content in files.items() if content or name == path.name}


# Made and read


def test_a_file_holds_what_it_was_made_of_and_only_its_owner_can_read_it(card: Path) -> None:
    read = read_file(card)
    assert comparable(read.content) == comparable(STORED.content)
    assert replace(read, content=STORED.content) == STORED
    assert [file.name for file in card.parent.iterdir()] == ["mine.card"]
    assert card.stat().st_mode & 0o777 == 0o600


def test_what_sqlite_has_beside_it_is_private_too(card: Path) -> None:
    with closing(CardFile(card)) as file:
        client_of(file).verify(PIN, "wrong value")
        modes = {beside.name: beside.stat().st_mode & 0o777 for beside in card.parent.iterdir()}
    assert modes == {"mine.card": 0o600, "mine.card-wal": 0o600, "mine.card-shm": 0o600}


def test_a_card_opened_again_is_what_it_was(card: Path) -> None:
    with closing(CardFile(card)) as file:
        client = client_of(file)
        live_a_little(client)
        client.card.power_off()
    with closing(CardFile(card)) as file:
        assert comparable(file.stored.content) == comparable(client.card.content)
        assert file.stored.content.state.verified == frozenset()
        again = client_of(file)
        assert again.verify(PIN, "24681357") == OK
        assert comparable(again.card.content)[1:] == comparable(client.card.content)[1:]


def test_a_card_keeps_the_profile_that_it_was_made_with(path: Path) -> None:
    text = STORED.profile_text.replace(b"name: ProID+Q", b"name: My own")
    mine = STORED.profile.model_copy(update={"name": "My own"})
    create_file(path, replace(STORED, profile_text=text, profile=mine))
    assert read_file(path).profile.name == "My own"


def test_a_reader_sees_the_last_change_while_the_card_is_open(card: Path) -> None:
    with closing(CardFile(card)) as file:
        client_of(file).verify(PIN, "wrong value")
        assert read_file(card).content.state.codes["pin"].tries_left == 2
        client_of(file).verify(PIN, "wrong value")
        assert read_file(card).content.state.codes["pin"].tries_left == 2


def test_replacing_makes_another_card_of_it(card: Path) -> None:
    other = stored_card("tokenme")
    with closing(CardFile(card)) as file:
        live_a_little(client_of(file))
        file.replace(other)
    read = read_file(card)
    assert read.profile.id == "tokenme"
    assert comparable(read.content) == comparable(other.content)


@pytest.mark.parametrize(("durability", "synchronous"), [(Durability.FULL, 2), (Durability.FAST, 1)])
def test_durability_is_the_cards_own(path: Path, durability: Durability, synchronous: int) -> None:
    create_file(path, stored_card(durability=durability))
    with closing(CardFile(path)) as file:
        assert file.stored.durability is durability
        assert file._connection.execute("PRAGMA synchronous").fetchone() == (synchronous,)
        assert file._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_an_earlier_card_left_behind_is_not_taken_for_this_ones(path: Path) -> None:
    for name in ("mine.card-wal", "mine.card-shm", "mine.card-journal", "mine.card.new", "mine.card.new-wal"):
        path.with_name(name).write_bytes(b"rubbish" * 1000)
    create_file(path, STORED)
    assert [file.name for file in path.parent.iterdir()] == ["mine.card"]
    assert comparable(read_file(path).content) == comparable(STORED.content)


def test_moved_and_removed_with_all_that_belongs_to_it(card: Path) -> None:
    with closing(sqlite3.connect(card)) as connection:
        connection.execute("UPDATE law SET files_size = 7")
        connection.commit()
        moved = card.with_name("other.card")
        move_file(card, moved)
    assert not card.exists()
    assert moved.exists()
    remove_file(moved)
    remove_file(moved)


# What can't be opened


def alter(card: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(card)) as connection, connection:
        connection.execute(statement, values)


def garbage_inside(card: Path) -> None:
    content = bytearray(card.read_bytes())
    content[4096:20480] = bytes(range(256)) * 64
    card.write_bytes(bytes(content))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "truncated": lambda card: os.truncate(card, card.stat().st_size // 2),
    "cut_in_a_page": lambda card: os.truncate(card, card.stat().st_size - 1000),
    "emptied": lambda card: os.truncate(card, 0),
    "garbage": lambda card: card.write_bytes(b"no database" * 1000),
    "garbage_inside": garbage_inside,
    "of_another_program": lambda card: alter(card, "PRAGMA application_id = 1"),
    "without_a_row": lambda card: alter(card, "DELETE FROM card"),
    "with_a_row_of_nonsense": lambda card: alter(card, "UPDATE code SET status = 'asleep' WHERE name = 'pin'"),
    "of_no_form": lambda card: alter(card, "PRAGMA user_version = 0"),
    "of_another_profile": lambda card: alter(card, "UPDATE card SET profile = 'tokenme'"),
    "with_a_profile_that_is_a_number": lambda card: alter(card, "UPDATE card SET profile_text = 4000000000"),
    "without_a_table": lambda card: alter(card, "DROP TABLE item"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("open_it", [read_file, CardFile])
def test_a_damaged_file_is_refused_with_what_to_do_and_left_as_it_is(
    card: Path, damage: Callable[[Path], object], open_it: Callable[[Path], object]
) -> None:
    damage(card)
    before = all_bytes(card)
    with pytest.raises(DamagedCardError) as refusal:
        open_it(card)
    assert all_bytes(card) == before
    assert str(refusal.value).startswith(f"{card} is damaged: ")
    assert " is damaged: ok" not in str(refusal.value)
    assert "left as it is. Restore a snapshot (stuntcard snapshot restore mine), import an export" in str(refusal.value)


def test_a_pipe_is_no_card_and_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    for open_it in (read_file, CardFile):
        with pytest.raises(DamagedCardError, match="it is not a file"):
            open_it(path)


def test_a_journal_that_lies_beside_a_card_is_named(card: Path) -> None:
    journal = card.with_name("mine.card-journal")
    journal.write_bytes(bytes.fromhex("D9D505F920A163D7") + bytes(3) + b"\x01" + bytes(2500))
    for open_it in (read_file, CardFile):
        with pytest.raises(
            StoreError, match=r"because of mine\.card-journal beside it, which Stuntcard never leaves there"
        ):
            open_it(card)
    journal.unlink()
    assert read_file(card).profile.id == "proid-q"


def test_a_damaged_file_with_a_log_beside_it_is_left_as_it_is(card: Path) -> None:
    """The log of a killed program is folded in when a file is opened, but never into a damaged one."""
    program = subprocess.run([sys.executable, "-c", KILLED_AT_WORK, str(card)], check=False)
    assert program.returncode == -signal.SIGKILL
    garbage_inside(card)
    before = all_bytes(card)
    assert set(before) == {"mine.card", "mine.card-wal"}
    for open_it in (read_file, CardFile):
        with pytest.raises(DamagedCardError):
            open_it(card)
        assert all_bytes(card) == before


KILLED_AT_WORK = """
import os, signal, sys
from pathlib import Path
from stuntcard.store.database import CardFile
from tests.unit.store.cards import client_of
client = client_of(CardFile(Path(sys.argv[1])))
client.verify(1, "wrong value")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_reading_after_a_kill_sees_what_was_answered(card: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED_AT_WORK, str(card)], check=False)
    assert read_file(card).content.state.codes["pin"].tries_left == 2
    with closing(CardFile(card)) as file:
        assert file.stored.content.state.codes["pin"].tries_left == 2


@pytest.mark.parametrize("open_it", [read_file, CardFile])
def test_a_file_of_a_newer_form_is_refused_and_left_as_it_is(card: Path, open_it: Callable[[Path], object]) -> None:
    alter(card, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = all_bytes(card)
    with pytest.raises(NewerCardError, match=r"written by a newer Stuntcard .*Update Stuntcard to open it"):
        open_it(card)
    assert all_bytes(card) == before


def test_a_profile_that_is_no_longer_taken_is_told_with_its_mistakes(card: Path) -> None:
    alter(card, "UPDATE card SET profile_text = ?", b"schema: 1\n")
    with pytest.raises(StoreError, match="does not take the profile that the card was made with") as refusal:
        CardFile(card)
    assert "mine's profile:1:1: " in str(refusal.value)


def test_a_file_that_is_not_there_is_told(path: Path) -> None:
    with pytest.raises(StoreError, match="can't be opened: unable to open database file; you need the right"):
        read_file(path)
    assert not path.exists()


def test_a_directory_that_can_not_be_written_to_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be written: No such file or directory; nothing was made"):
        create_file(tmp_path / "no" / "mine.card", STORED)


# What can't be kept


def test_what_can_not_be_kept_is_told_in_words_and_what_was_kept_is_whole(card: Path) -> None:
    with closing(CardFile(card)) as file:
        client = client_of(file)
        before = comparable(client.card.content)
        with closing(sqlite3.connect(card)) as another:
            another.execute("PRAGMA journal_mode")
            file._connection.execute("PRAGMA busy_timeout = 0")
            another.execute("BEGIN IMMEDIATE")
            assert client.verify(PIN, "wrong value") == "6581"
            with pytest.raises(KeepError, match="another program has it open; stop that first"):
                file.keep(STORED.content, replace(STORED.content, values={}))
        assert comparable(client.card.content) == before
        assert client.verify(PIN, "wrong value") == "63C2"


def test_a_full_file_is_told_in_words(card: Path) -> None:
    with closing(CardFile(card)) as file:
        pages = file._connection.execute("PRAGMA page_count").fetchone()[0]
        file._connection.execute(f"PRAGMA max_page_count = {pages}")
        client = client_of(file)
        client.verify(PIN)
        client.select("3F005015")
        large = "00E0000017" + "6F15810270008201018302310A8608FF90909090909000"
        assert client.send(large) == "6581"
        with pytest.raises(KeepError, match="the disk is full; make room and try again"):
            file.keep(STORED.content, replace(STORED.content, values={"pin": bytes(1_000_000)}))
        assert client.verify(PIN, "wrong value") == "63C2"
    assert read_file(card).content.state.codes["pin"].tries_left == 2


def test_a_card_that_was_closed_keeps_nothing_more(card: Path) -> None:
    file = CardFile(card)
    client = client_of(file)
    file.close()
    assert client.verify(PIN, "wrong value") == "6581"


def test_stored_shows_no_secret() -> None:
    assert isinstance(STORED, StoredCard)
    assert "12345678" not in repr(STORED)

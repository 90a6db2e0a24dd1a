from __future__ import annotations

import os
from pathlib import Path

import pytest
from stuntcard.store import library
from stuntcard.store.database import Durability
from stuntcard.store.errors import CardInUseError, DamagedCardError, StoreError
from stuntcard.store.places import card_path, cards_directory, snapshots_directory

from tests.unit.card.cards import PIN
from tests.unit.store.cards import client_of, live_a_little, stored_card
from tests.unit.store.workload import comparable

STORED = stored_card()


@pytest.fixture
def mine() -> str:
    library.add_card("mine", STORED)
    return "mine"


def live(name: str) -> tuple[object, ...]:
    """Has something happen to a card; what it then is."""
    with library.open_card(name) as file:
        client = client_of(file)
        live_a_little(client)
        client.card.power_off()
        return comparable(client.card.content)


def spend_a_try(name: str) -> int:
    """How many tries are left then."""
    with library.open_card(name) as file:
        client = client_of(file)
        client.verify(PIN, "wrong value")
        return client.card.state.codes["pin"].tries_left


def damage(name: str) -> bytes:
    card_path(name).write_bytes(b"rubbish" * 1000)
    return card_path(name).read_bytes()


def content(name: str) -> tuple[object, ...]:
    return comparable(library.read_card(name).content)


def test_a_new_card_is_there_and_as_it_left_the_factory(mine: str) -> None:
    assert content(mine) == comparable(STORED.content)
    assert [(entry.name, entry.problem, entry.user) for entry in library.list_cards()] == [("mine", None, None)]


def test_a_name_is_given_once(mine: str) -> None:
    before = live(mine)
    with pytest.raises(StoreError, match="there is a card 'mine' already; take another name, or delete it"):
        library.add_card(mine, STORED)
    assert content(mine) == before


def test_a_card_lives_on(mine: str) -> None:
    assert [spend_a_try(mine) for _ in range(4)] == [2, 1, 0, 0]
    assert library.read_card(mine).content.state.blocked("pin")


def test_only_one_has_a_card_open_and_the_others_can_still_look(mine: str) -> None:
    with library.open_card(mine) as file:
        client = client_of(file)
        client.verify(PIN, "wrong value")
        for act in (library.reset_card, library.delete_card, library.restore_snapshot, spend_a_try):
            library.save_snapshot(mine, act.__name__)
            with pytest.raises(CardInUseError, match=f"process {os.getpid()}"):
                act(mine)
        user = library.user_of_card(mine)
        assert user is not None
        assert user.pid == os.getpid()
        library.copy_card(mine, "copied")
        assert library.read_card("copied").content.state.codes["pin"].tries_left == 2
        assert [entry.user is not None for entry in library.list_cards()] == [False, True]
    assert spend_a_try(mine) == 1


def test_a_copy_goes_its_own_way(mine: str) -> None:
    before = live(mine)
    library.copy_card(mine, "copied")
    spend_a_try("copied")
    assert content(mine) == before
    assert content("copied") != before


def test_reset_makes_it_as_it_left_the_factory_with_its_own_profile_and_durability() -> None:
    made = stored_card("tokenme", Durability.FAST)
    library.add_card("fast", made)
    spend_a_try("fast")
    library.reset_card("fast")
    stored = library.read_card("fast")
    assert comparable(stored.content) == comparable(made.content)
    assert stored.durability is Durability.FAST


def test_every_new_card_has_a_serial_number_of_its_own_for_life() -> None:
    serials = set()
    for name in ("one", "two"):
        library.add_card(name, stored_card())
        serial = library.read_card(name).profile.token.serial
        serials.add(serial)
        library.save_snapshot(name, "fresh")
        live(name)
        library.reset_card(name)
        assert library.read_card(name).profile.token.serial == serial
        library.restore_snapshot(name, "fresh")
        assert library.read_card(name).profile.token.serial == serial
    assert len(serials) == 2


def test_a_copy_is_the_same_card_again(mine: str) -> None:
    library.copy_card(mine, "second")
    assert library.read_card("second").profile == STORED.profile


def test_deleting_leaves_nothing(mine: str) -> None:
    library.save_snapshot(mine)
    library.delete_card(mine)
    assert list(cards_directory().iterdir()) == []
    assert list(snapshots_directory(mine).iterdir()) == []
    library.add_card(mine, STORED)
    assert library.list_snapshots(mine) == ()


# Snapshots


def test_a_snapshot_without_a_name_gets_one_and_names_are_given_once(mine: str) -> None:
    first, second = library.save_snapshot(mine), library.save_snapshot(mine)
    assert [name for name, _ in library.list_snapshots(mine)] == [first, second]
    with pytest.raises(StoreError, match=f"has a snapshot '{first}' already"):
        library.save_snapshot(mine, first)


def test_snapshots_are_private(mine: str) -> None:
    library.save_snapshot(mine, "one")
    (file,) = snapshots_directory(mine).iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


# Damage


def test_a_damaged_card_is_listed_with_its_problem_and_nothing_touches_it(mine: str) -> None:
    damaged = damage(mine)
    (entry,) = library.list_cards()
    assert entry.stored is None
    assert entry.problem is not None
    assert "is damaged" in entry.problem
    for act in (library.read_card, library.reset_card, library.save_snapshot, spend_a_try):
        with pytest.raises(DamagedCardError):
            act(mine)
    with pytest.raises(StoreError, match="already"):
        library.add_card(mine, STORED)
    assert card_path(mine).read_bytes() == damaged


def test_a_snapshot_stands_in_for_a_damaged_card_which_is_kept_aside(mine: str) -> None:
    before = live(mine)
    library.save_snapshot(mine, "one")
    damaged = damage(mine)
    snapshot, aside = library.restore_snapshot(mine)
    assert snapshot == "one"
    assert content(mine) == before
    assert aside is not None
    assert aside.read_bytes() == damaged
    assert [entry.name for entry in library.list_cards()] == ["mine"]


def test_a_snapshot_stands_in_for_a_card_whose_file_is_gone(mine: str) -> None:
    library.save_snapshot(mine, "one")
    card_path(mine).unlink()
    assert library.restore_snapshot(mine) == ("one", None)
    assert content(mine) == comparable(STORED.content)


def test_a_damaged_card_can_be_deleted(mine: str) -> None:
    damage(mine)
    library.delete_card(mine)
    assert library.list_cards() == ()


def test_a_directory_that_can_not_be_written_to_is_told(mine: str, home: Path) -> None:
    if os.getuid() == 0:
        (home / "cards" / "other.lock").mkdir()
        expected = "other.lock: Is a directory; you need the right to write there"
    else:
        (home / "cards").chmod(0o500)
        expected = "Permission denied; you need the right to write there"
    with pytest.raises(StoreError, match=expected):
        library.add_card("other", STORED)
    assert content(mine) == comparable(STORED.content)

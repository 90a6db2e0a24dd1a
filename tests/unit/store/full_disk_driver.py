"""Makes a card on a disk that is full from the first change of a file on, from the second, and so on, until it is made.

A program of its own, for its disk is the faulty one. It prints what came of each, as JSON: whether the card was
refused, and what was there afterwards.
"""

from __future__ import annotations

import errno
import functools
import json
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from stuntcard.profile.load import parse_profile, profile_path, read_profile_text
from stuntcard.store import database, library
from stuntcard.store.database import Durability, StoredCard
from stuntcard.store.errors import StoreError
from stuntcard.store.places import cards_directory

from tests.unit.store.faulty_disk import Act, FaultyDisk

# Reading the same YAML again and again would take most of the time.
setattr(database, "parse_profile", functools.cache(parse_profile))  # noqa: B010


def main() -> None:
    path = profile_path("tokenme")
    card = library.factory_card(read_profile_text(path), str(path), Durability.FULL)
    library.add_card("new", card)  # the folder of cards is there from now on
    library.delete_card("new")
    disk = FaultyDisk()
    # Full from then on, or until somebody made room: then the card gets its name, whatever of it was written.
    print(json.dumps([list(came_of(card, disk, act)) for act in (Act.FAIL_FROM_THEN_ON, Act.FAIL_ONCE)]))


def came_of(card: StoredCard, disk: FaultyDisk, act: Act) -> Iterator[dict[str, object]]:
    for nth in count(1):
        disk.arm(act, nth, errno.ENOSPC)
        try:
            library.add_card("new", card)
            said = ""
        except StoreError as error:
            said = str(error)
        reached = disk.calls >= nth
        disk.heal()
        there = (cards_directory() / "new.card").exists()
        yield {"said": said, "there": there, "whole": there and is_whole(card)}
        if there:
            library.delete_card("new")
        if not reached:
            return


def is_whole(card: StoredCard) -> bool:
    try:
        return library.read_card("new") == card
    except StoreError:
        return False


if __name__ == "__main__":
    main()

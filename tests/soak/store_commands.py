"""Kills the store at its offline work, at random moments: making, copying, resetting, deleting, saving, passing on.

    python -m tests.soak.store_commands KILLS SEED

A program of its own: it forks, and so must have no threads. Prints what happened, as one JSON object; ends with an
AssertionError where a card can't be read afterwards, or anything is left over.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from stuntcard.profile.load import parse_profile, profile_path, read_profile_text
from stuntcard.profile.places import home_directory
from stuntcard.store import database, library, portable
from stuntcard.store.database import Durability, StoredCard
from stuntcard.store.errors import StoreError
from stuntcard.store.leftovers import clear_away
from stuntcard.store.places import cards_directory

CARD, OTHER, KEPT = "mine", "other", "kept.json"
SNAPSHOTS_MAX = 5
PROFILES = ("proid-q", "tokenme", "eobcanka", "zzzs-pk")
SOONER, LATER = 0.9, 1.1
"""By so much the latest moment of a kill changes: after one that came too late, and after another."""
BESIDE = (".card", ".card-wal", ".card-shm", ".lock")

# Reading the same YAML a thousand times would take most of the time.
for module in (database, library, portable):
    setattr(module, "parse_profile", functools.cache(parse_profile))  # noqa: B010


@functools.cache
def fresh(profile: str) -> StoredCard:
    path = profile_path(profile)
    return library.factory_card(read_profile_text(path), str(path), Durability.FULL)


def actions(exports: Path, chance: random.Random) -> dict[str, Callable[[], object]]:
    """What can be done with the store, where there is a card of some profile and a snapshot of it."""
    profile = chance.choice(PROFILES)
    return {
        "new": lambda: library.add_card(OTHER, fresh(profile)),
        "copy": lambda: library.copy_card(CARD, OTHER),
        "reset": lambda: library.reset_card(CARD),
        "delete": lambda: library.delete_card(CARD),
        "save": lambda: library.save_snapshot(CARD),
        "restore": lambda: library.restore_snapshot(CARD),
        "export": lambda: portable.export_card(library.read_card(CARD), exports / "new.json"),
        "import": lambda: library.add_card(OTHER, portable.import_card(exports / KEPT)),
    }


def make_ready(chance: random.Random) -> None:
    """There is the card and a snapshot of it, and the other is not."""
    names = library.card_names()
    if OTHER in names:
        library.delete_card(OTHER)
    if CARD not in names:
        library.add_card(CARD, fresh(chance.choice(PROFILES)))
    snapshots = library.list_snapshots(CARD)
    if len(snapshots) > SNAPSHOTS_MAX:
        library.delete_card(CARD)
        make_ready(chance)
    elif not snapshots:
        library.save_snapshot(CARD)


def killed_within(seconds: float, action: Callable[[], object], chance: random.Random) -> bool:
    """Has a child do it, and kills that at a random moment; False where it was done, or refused, before."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _do(action, writing)
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    time.sleep(chance.uniform(0, seconds))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, "the child failed; see above"
    return os.WIFSIGNALED(status)


def _do(action: Callable[[], object], begun: int) -> NoReturn:
    try:
        os.write(begun, b"x")
        with contextlib.suppress(StoreError):
            action()
        os._exit(0)
    except BaseException as error:
        print(f"child: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(1)


def nothing_is_left_over(exports: Path) -> int:
    """Clears away what killed children left, and gives how much that was; all the rest can be used."""
    cleared = len(clear_away())
    cards = library.list_cards()
    assert [entry.problem for entry in cards if entry.problem] == []
    known = {f"{entry.name}{suffix}" for entry in cards for suffix in BESIDE}
    assert {path.name for path in cards_directory().iterdir()} <= known
    for file in exports.iterdir():
        portable.import_card(file)
        if file.name != KEPT:
            file.unlink()
    return cleared


def soak(kills: int, seed: int) -> dict[str, int]:
    """So many kills; what came of them."""
    chance = random.Random(seed)
    exports = home_directory() / "exports"
    exports.mkdir(parents=True)
    portable.export_card(fresh("proid-q"), exports / KEPT)
    latest, counts, cleared = (
        dict.fromkeys(actions(exports, chance), 0.02),
        dict.fromkeys(actions(exports, chance), 0),
        0,
    )
    while sum(counts.values()) < kills:
        make_ready(chance)
        name, action = chance.choice(list(actions(exports, chance).items()))
        killed = killed_within(latest[name], action, chance)
        latest[name] *= LATER if killed else SOONER
        counts[name] += killed
        cleared += nothing_is_left_over(exports)
    return {**counts, "cleared": cleared}


if __name__ == "__main__":
    print(json.dumps(soak(int(sys.argv[1]), int(sys.argv[2]))))

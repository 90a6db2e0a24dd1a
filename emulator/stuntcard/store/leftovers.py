"""What killed programs left in the directories of cards and snapshots: half-made files, and parts of gone ones."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from pathlib import Path

from stuntcard.store.database import SIDE_FILES, UNFINISHED
from stuntcard.store.errors import CardInUseError
from stuntcard.store.lock import LOCK_SUFFIX, CardLock
from stuntcard.store.places import CARD_SUFFIX, cards_directory, snapshots_of_all


def clear_away() -> tuple[Path, ...]:
    """Deletes what is left over, and gives what it was. What a program works on just now stays. Raises StoreError."""
    cleared: list[Path] = []
    for directory in (cards_directory(), *snapshots_of_all()):
        for card, files in _left_in(directory).items():
            cleared += _cleared(card, files)
    for directory in snapshots_of_all():
        with contextlib.suppress(OSError):  # it is not empty: that is what keeps it
            directory.rmdir()
    return tuple(cleared)


def _left_in(directory: Path) -> dict[Path, list[Path]]:
    """What may be left over, by the card that it is of."""
    left: dict[Path, list[Path]] = defaultdict(list)
    for path in sorted(directory.iterdir()):
        name, found, rest = path.name.partition(CARD_SUFFIX)
        if path.suffix == LOCK_SUFFIX:
            card = path.with_suffix(CARD_SUFFIX)
            if not card.exists():
                left[card].append(path)
        elif found and rest:
            card = path.with_name(f"{name}{CARD_SUFFIX}")
            side_of_nothing = rest in SIDE_FILES and not card.exists()
            if side_of_nothing or rest in (UNFINISHED, *(f"{UNFINISHED}{side}" for side in SIDE_FILES)):
                left[card].append(path)
    return left


def _cleared(card: Path, files: list[Path]) -> list[Path]:
    try:
        lock = CardLock(card)
    except (CardInUseError, OSError):
        return []
    cleared = []
    try:
        gone = not card.exists()
        for file in files:
            # Meanwhile the card may have been made.
            if file.exists() and (gone or UNFINISHED in file.name):
                file.unlink()
                cleared.append(file)
        if gone:
            lock.forget()
    finally:
        lock.release()
    return [file for file in cleared if file.suffix != LOCK_SUFFIX]

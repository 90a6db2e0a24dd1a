"""What outlives the process beside the cards themselves: which are kept, by what plan, and how an exercise stands.

A private file for each card that is kept, written anew as a whole, so that a kill at any moment leaves the old one or
the new one.
"""

from __future__ import annotations

import contextlib
import os
import threading
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from stuntcard.exercises.record import AttemptRecord
from stuntcard.profile.places import home_directory
from stuntcard.serve.plans import CardPlan
from stuntcard.store.places import private_directory, sync_directory

_SUFFIX = ".json"


class KeptCard(BaseModel):
    """What has to be known of a card, to serve it again."""

    id: str
    plan: CardPlan
    made: datetime
    first_codes: dict[str, str]
    attempt: AttemptRecord | None = None
    """How its exercise stood."""

    def with_record(self, record: AttemptRecord) -> KeptCard:
        """The same, with the exercise as it stands now."""
        return self.model_copy(update={"attempt": record})


_writing = threading.Lock()


def keep(card: KeptCard) -> None:
    """Keeps it; it can't be lost any more once this returns. Raises OSError, or StoreError."""
    path = _folder() / f"{card.id}{_SUFFIX}"
    new = path.with_suffix(".new")
    # Two calls at a time would write one file.
    with _writing:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(card.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        sync_directory(path.parent)


def forget(id_: str) -> None:
    """It is kept no more."""
    (_folder() / f"{id_}{_SUFFIX}").unlink(missing_ok=True)


def kept_cards() -> tuple[KeptCard, ...]:
    """Those that are kept, the oldest first; what can't be read is passed over. Raises StoreError."""
    found = []
    for path in _folder().glob(f"*{_SUFFIX}"):
        with contextlib.suppress(OSError, ValidationError):
            found.append(KeptCard.model_validate_json(path.read_bytes()))
    return tuple(sorted(found, key=lambda card: card.made))


def _folder() -> Path:
    return private_directory(home_directory() / "served")

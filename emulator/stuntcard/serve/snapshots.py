"""A card as it stood: a stored card's snapshots in the store, any other's in memory, as long as it is served."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from stuntcard.card.content import Content
from stuntcard.serve.problems import Problem, ProblemError

_KEPT_MAX = 100


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot, and when it was taken."""

    name: str
    saved: datetime


class Snapshots(Protocol):
    """A card's snapshots."""

    def save(self, name: str | None) -> str:
        """Keeps the card as it stands, under a name or the time; gives that name. Raises StoreError, ProblemError."""

    def listed(self) -> tuple[Snapshot, ...]:
        """The oldest first. Raises StoreError."""

    def content(self, name: str) -> Content:
        """What the card was. Raises StoreError, ProblemError."""


class SnapshotsInMemory:
    """Those of a card that is not stored."""

    def __init__(self, now: Callable[[], Content]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[datetime, Content]] = {}

    def save(self, name: str | None) -> str:
        """Keeps the card as it stands."""
        with self._lock:
            moment = datetime.now(UTC)
            name = name or moment.strftime("%Y%m%d-%H%M%S-%f")
            if name in self._kept:
                raise ProblemError(Problem.REFUSED, f"there is a snapshot '{name}' already; take another name")
            if len(self._kept) >= _KEPT_MAX:
                raise ProblemError(Problem.TOO_MANY, f"{_KEPT_MAX} snapshots of this card are kept already")
            self._kept[name] = moment, self._now()
            return name

    def listed(self) -> tuple[Snapshot, ...]:
        """The oldest first."""
        return tuple(Snapshot(name, saved) for name, (saved, _) in list(self._kept.items()))

    def content(self, name: str) -> Content:
        """What the card was."""
        if name not in self._kept:
            there_are = ", ".join(self._kept) or "none"
            raise ProblemError(Problem.NOT_FOUND, f"this card has no snapshot '{name}'; there are: {there_are}")
        return self._kept[name][1]


class SnapshotsInStore:
    """Those of a stored card."""

    def __init__(self, card: str) -> None:
        self._card = card

    def save(self, name: str | None) -> str:
        """Keeps the card as it stands."""
        from stuntcard.store.library import save_snapshot

        return save_snapshot(self._card, name)

    def listed(self) -> tuple[Snapshot, ...]:
        """The oldest first."""
        from stuntcard.store.library import list_snapshots

        return tuple(Snapshot(name, saved) for name, saved in list_snapshots(self._card))

    def content(self, name: str) -> Content:
        """What the card was."""
        from stuntcard.store.library import read_snapshot

        return read_snapshot(self._card, name).content

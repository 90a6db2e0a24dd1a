"""UTC times, to the second, as X.509 and the CA's file have them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """The time, to the second below."""
    return datetime.now(UTC).replace(microsecond=0)


def to_text(time: datetime) -> str:
    """A time as text that sorts as the times do."""
    return time.astimezone(UTC).isoformat(timespec="seconds")


def from_text(text: str) -> datetime:
    """The time that `to_text` wrote."""
    return datetime.fromisoformat(text)

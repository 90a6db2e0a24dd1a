"""What applets want to be remembered of the card's client beyond a session; they keep nothing themselves.

None of it is stored: with the process it is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Memo(Generic[T]):
    """One thing that an applet wants to be remembered, and what it is until something is noted.

    `outlives_reset`: it is still known after a reset, and after power off.
    """

    at_first: T
    outlives_reset: bool = False


class Memos:
    """A card's memos."""

    def __init__(self) -> None:
        # Any only in here, where a memo's own type tells that of its value; each command comes this way.
        self._noted: dict[Memo[Any], Any] = {}

    def read(self, memo: Memo[T]) -> T:
        """What was noted last."""
        value: T = self._noted.get(memo, memo.at_first)
        return value

    def note(self, memo: Memo[T], value: T) -> None:
        """Remembers this from now on."""
        self._noted[memo] = value

    def reset(self) -> None:
        """Forgets what does not outlive a reset."""
        self._noted = {memo: value for memo, value in self._noted.items() if memo.outlives_reset}

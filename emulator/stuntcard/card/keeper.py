"""What a card asks of whoever keeps it: that new content is safe before the answer leaves."""

from __future__ import annotations

from typing import Protocol

from stuntcard.card.content import Content


class KeepError(Exception):
    """Content that could not be kept. What was kept before is still there, whole."""


class Keeper(Protocol):
    """Keeps a card's content where it outlives the process."""

    def keep(self, old: Content, new: Content, *, tried: bool = False) -> None:
        """Returns once `new`, which comes after `old`, can't be lost. Raises KeepError, and then `old` stands.

        Codes given (`state.verified`) are the session's and are not kept: a change of them alone never fails, unless a
        code was `tried`. A right one needs nothing kept, and may be told from a wrong one only where that could be.
        """

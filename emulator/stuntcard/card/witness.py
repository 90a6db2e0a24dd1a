"""What looks on while things happen to a card."""

from __future__ import annotations

from typing import Protocol

from stuntcard.card.content import Content
from stuntcard.policy.events import Event, Verdict


class Witness(Protocol):
    """Looks on. It is told everything in the order in which it happens, while the card waits."""

    def saw(self, event: Event | None, verdict: Verdict | None, content: Content) -> None:
        """The law was asked for an event (or not: None), and the card's content is this now."""

"""The one area that clients of some command sets see, because these know one user code."""

from __future__ import annotations

from stuntcard.applets.answers import RefusalError
from stuntcard.card.card import Card
from stuntcard.iso7816.status import StatusWord


def shown_area(card: Card) -> str:
    """The area that clients see. Raises RefusalError (6985) on a card whose profile names none."""
    if card.profile.shown_area is None:
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    return card.profile.shown_area

"""Makes the card that shall run: a fresh one of a profile, or a stored one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.profile.model import Profile

STORED = "card:"
"""What stands before a stored card's name where a profile's id could stand, too."""


def fresh_card(profile: Profile, applet: str | None = None) -> Card:
    """A card as it leaves the factory, gone when nobody holds it any more.

    `applet`: the command set that clients see, if not the profile's first. Raises AppletChoiceError.
    """
    return Card(profile if applet is None else seen_through(profile, applet), APPLETS)


@contextmanager
def stored_card(name: str, applet: str | None = None) -> Iterator[Card]:
    """A stored card, with power; nobody else can open it meanwhile. Raises StoreError, AppletChoiceError."""
    from stuntcard.store.library import open_card

    with open_card(name) as file:
        profile = file.stored.profile if applet is None else seen_through(file.stored.profile, applet)
        card = Card(profile, APPLETS, file.stored.content, file)
        card.power_on()
        yield card
        card.power_off()

"""What a campaign's cards are called: a profile, for a fresh card, or `card:NAME`, for a copy of a stored one."""

from __future__ import annotations

from stuntcard.campaign.model import OWN
from stuntcard.card.card import Card
from stuntcard.profile.load import load_profile, profile_path
from stuntcard.profile.model import Profile
from stuntcard.running.making import copy_of_stored, fresh_card
from stuntcard.running.plan import STORED


def is_stored(card: str) -> bool:
    """Whether it is a stored card that is named."""
    return card.startswith(STORED)


def check_card(card: str) -> None:
    """Raises FileNotFoundError, or StoreError, when there is no such card."""
    if is_stored(card):
        profile_of(card)
    else:
        profile_path(card)


def profile_of(card: str) -> Profile:
    """The profile of such a card. Raises ProfileError, OSError, StoreError."""
    return copy_of_stored(card.removeprefix(STORED)).profile if is_stored(card) else load_profile(card)


def made(card: str, applet: str) -> Card:
    """A card of its own, without power, gone when nobody holds it; a stored one as it stands now, which stays so.

    Raises ProfileError, OSError, StoreError, AppletChoiceError.
    """
    seen = None if applet == OWN else applet
    return copy_of_stored(card.removeprefix(STORED), seen) if is_stored(card) else fresh_card(load_profile(card), seen)

"""What can be wrong with a stored card. Each message says what happened, why, and what to do next."""

from __future__ import annotations


class StoreError(Exception):
    """A stored card can't be had, made or changed."""


class CardInUseError(StoreError):
    """Another program has the card open."""


class DamagedCardError(StoreError):
    """A file that is no whole card. It is left as it is."""


class NewerCardError(StoreError):
    """A file of a form that came after this program."""

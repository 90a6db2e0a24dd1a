"""What can be wrong with a stored card. Each message says what happened, why, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stuntcard.messages import Messages


class StoreError(Exception):
    """A stored card can't be had, made or changed."""

    def __init__(self, said: str | Callable[[Messages], str]) -> None:
        """`said`: what is wrong, in English, or in every language where everybody may meet it."""
        self._said = said
        super().__init__(said if isinstance(said, str) else _english(said))

    def in_words(self, messages: Messages) -> str:
        """What is wrong, in a language; in English where it is not known in others."""
        return self._said if isinstance(self._said, str) else self._said(messages)


def _english(said: Callable[[Messages], str]) -> str:
    from stuntcard.messages import Messages
    from stuntcard.profile.model import Language

    return said(Messages(Language.ENGLISH))


class CardInUseError(StoreError):
    """Another program has the card open."""


class DamagedCardError(StoreError):
    """A file that is no whole card. It is left as it is."""


class NewerCardError(StoreError):
    """A file of a form that came after this program."""

"""Why a running card can't do what it was asked for. Each says what happened, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stuntcard.messages import Messages


class ControlError(ValueError):
    """What was asked of a running card can't be done."""

    def in_words(self, messages: Messages) -> str:
        """The same in a language; in English where it is not known in others, as what a file's error says."""
        del messages
        return str(self)


class SaidError(ControlError):
    """What can't be done, and is said in every language."""

    def __init__(self, say: Callable[[Messages], str]) -> None:
        from stuntcard.messages import Messages
        from stuntcard.profile.model import Language

        super().__init__(say(Messages(Language.ENGLISH)))
        self._say = say

    def in_words(self, messages: Messages) -> str:
        """The same in a language."""
        return self._say(messages)


class RequestError(ControlError):
    """What came is no request, or names what the card has not; says what is wrong with it, and what there is."""


class NotUnderstoodError(SaidError, RequestError):
    """A request that names what the card has not, said in every language."""


class ActRefusedError(SaidError):
    """An act that can't be: no such actor or act, a value is missing, the law refuses it, or it can't be stored."""


class NotRunningError(SaidError):
    """No card of that name runs."""


class SeveralRunningError(SaidError):
    """Several cards are called by that name; `names` tells them apart."""

    def __init__(self, say: Callable[[Messages], str], names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(say)


class EndError(ControlError):
    """A card that was told to end goes on."""


class AnswerError(ControlError):
    """What a card answered can't be understood."""

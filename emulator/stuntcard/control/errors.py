"""Why a running card can't do what it was asked for. Each says what happened, and what to do."""

from __future__ import annotations


class ControlError(ValueError):
    """What was asked of a running card can't be done."""


class RequestError(ControlError):
    """What came is no request; says what is wrong with it, and what there is."""


class ActRefusedError(ControlError):
    """An act that can't be: no such actor or act, a value is missing, the law refuses it, or it can't be stored."""


class NotRunningError(ControlError):
    """No card of that name runs."""


class SeveralRunningError(ControlError):
    """Several cards are called by that name; `names` tells them apart."""

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(message)


class EndError(ControlError):
    """A card that was told to end goes on."""


class AnswerError(ControlError):
    """What a card answered can't be understood."""

"""What a tool ends with when the card, the reader or a code was the matter: the same in all of them."""

from __future__ import annotations

from cardtools.card.errors import (
    CardGoneError,
    CardInUseError,
    CardSilentError,
    ModuleNotFoundOrBrokenError,
    NoCardError,
    NoReaderError,
    NoServiceError,
    NoSuchReaderError,
    SeveralCardsError,
)
from cardtools.common.exit_codes import ExitCode
from cardtools.common.prompt import MismatchError, PromptError

_BAD_INPUT = (NoSuchReaderError, SeveralCardsError, PromptError)
_UNAVAILABLE = (
    NoServiceError,
    NoReaderError,
    NoCardError,
    CardGoneError,
    CardInUseError,
    CardSilentError,
    ModuleNotFoundOrBrokenError,
)


def exit_code_for(error: BaseException) -> ExitCode:
    """What a command ends with for an error of a card or of what was typed; REFUSED for all others."""
    if isinstance(error, _BAD_INPUT) and not isinstance(error, MismatchError):
        return ExitCode.BAD_INPUT
    return ExitCode.UNAVAILABLE if isinstance(error, _UNAVAILABLE) else ExitCode.REFUSED

"""The language that a request is answered in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stuntcard.control.errors import ControlError

if TYPE_CHECKING:
    from stuntcard.control.requests import Request
    from stuntcard.messages import Messages


def messages_for(request: Request) -> Messages:
    """The messages of the language that a request asks for. Raises ControlError where there are none."""
    from stuntcard.messages import UnknownLanguageError, messages_in

    try:
        return messages_in(request.language)
    except UnknownLanguageError as error:
        raise ControlError(str(error)) from error


def in_language_of(request: Request, error: ControlError) -> str:
    """What an error says, in the language of the request that it refuses; in English where there are no messages."""
    try:
        return error.in_words(messages_for(request))
    except ControlError:
        return str(error)

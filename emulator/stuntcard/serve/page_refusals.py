"""Why something was not done that a form asked for, in the reader's language as far as there are words for it."""

from __future__ import annotations

from pydantic import ValidationError

from stuntcard.card.keeper import KeepError
from stuntcard.control.errors import ControlError, SaidError
from stuntcard.messages import Messages
from stuntcard.serve.problems import Problem, ProblemError
from stuntcard.store.errors import StoreError

Refusal = ControlError | KeepError | StoreError | ProblemError | ValidationError
REFUSALS = (ControlError, KeepError, StoreError, ProblemError, ValidationError)

_KINDS = {
    Problem.ID_TAKEN: "page-refused-id-taken",
    Problem.CARD_IN_USE: "page-refused-in-use",
    Problem.TOO_MANY: "page-refused-too-many",
    Problem.NOT_FOUND: "page-refused-gone",
    Problem.NO_SUCH_CARD: "page-refused-gone",
}
_FIELDS = {"id": "page-id", "label": "page-label"}


def in_words(error: Refusal, page: Messages) -> str:
    """The refusal, from the live page's messages or the card's; what is for developers is English in every language."""
    match error:
        case SaidError():
            return error.in_words(Messages(page.language))
        case ValidationError():
            # What was sent is not repeated: it may be a code.
            places = [str(fault["loc"][-1]) if fault["loc"] else "" for fault in error.errors(include_url=False)]
            fields = [page.text(_FIELDS[place]) if place in _FIELDS else place for place in dict.fromkeys(places)]
            return page.text("page-refused-fields", fields=", ".join(filter(None, fields)) or "–")
        case StoreError():
            return error.in_words(Messages(page.language))
        case KeepError():
            return page.text("page-refused-keep")
        case ProblemError():
            return page.text(_KINDS[error.problem]) if error.problem in _KINDS else error.detail
        case _:
            return str(error)

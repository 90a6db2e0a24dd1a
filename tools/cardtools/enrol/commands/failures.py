"""How failures are put into words: what happened, why, what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from cardtools.card.endings import exit_code_for
from cardtools.card.errors import CodeBlockedError, RemnantError, WrongCodeError
from cardtools.common.exit_codes import ExitCode
from cardtools.common.messages import Messages
from cardtools.common.told import ToldError
from cardtools.enrol.errors import EnrolError, NumberedError, StepFailedError


def sentences(error: BaseException, messages: Messages) -> Iterator[str]:
    """What people are told of a failure, a line each. Raises the error itself when it is none that can be told."""
    match error:
        case StepFailedError():
            yield from sentences(error.reason, messages)
            for told in error.aftermath:
                yield messages.told(told)
        case NumberedError():
            yield from _numbered(error, messages)
        case RemnantError():
            yield from sentences(error.cause, messages)
            yield messages.told(error)
        case ToldError():
            yield messages.told(error)
        case KeyboardInterrupt():
            yield messages.text("stopped")
        case _:
            raise error


def exit_code_of(error: BaseException) -> ExitCode:
    """What the command ends with."""
    match error:
        case StepFailedError():
            return exit_code_of(error.reason)
        case EnrolError():
            return error.exit_code
        case KeyboardInterrupt():
            return ExitCode.INTERRUPTED
        case _:
            return exit_code_for(error)


def code_that_failed(error: BaseException) -> str | None:
    """The id of the code that was wrong or is blocked, if that was the failure."""
    reason = error.reason if isinstance(error, StepFailedError) else error
    return reason.code if isinstance(reason, WrongCodeError | CodeBlockedError) else None


def _numbered(error: NumberedError, messages: Messages) -> Iterator[str]:
    what, cause, cure = (messages.text(f"{error.key}-{part}", **error.values) for part in ("what", "cause", "cure"))
    if error.document_number is None:
        yield what[:1].upper() + what[1:]
    else:
        yield messages.text("numbered", number=error.document_number, what=what)
    yield messages.text("cause", cause=cause)
    yield messages.text("cure", cure=cure)

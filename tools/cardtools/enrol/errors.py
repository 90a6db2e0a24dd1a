"""What can go wrong with enrolment. Each error names a message of the `enrol` catalogue and the values in it."""

from __future__ import annotations

from cardtools.common.exit_codes import ExitCode
from cardtools.common.terms import Trouble
from cardtools.common.told import Told, ToldError, Value


class EnrolError(ToldError):
    """A failure that is told to people by the message `key`, filled with `values`."""

    exit_code = ExitCode.REFUSED

    def __init__(self, key: str, **values: Value) -> None:
        super().__init__(f"{key} {values}" if values else key, number=None, **values)
        self.key = key


class BadInputError(EnrolError):
    """What was typed, or a file that was named, can't be used."""

    exit_code = ExitCode.BAD_INPUT


class UnavailableError(EnrolError):
    """Something that enrolment needs can't be reached."""

    exit_code = ExitCode.UNAVAILABLE


class NumberedError(EnrolError):
    """A trouble that the documents number (PQ-15, TM-03, TM-05). It is told by `KEY-what`, `KEY-cause` and `KEY-cure`.

    `document_number` is None on a card for which no document gives one.
    """

    def __init__(self, trouble: Trouble, document_number: int | None, **values: Value) -> None:
        super().__init__(f"trouble-{trouble.value}", **values)
        self.trouble = trouble
        self.document_number = document_number


class StepFailedError(EnrolError):
    """A step failed after a key was made: `reason` says why, `aftermath` what became of the key."""

    def __init__(self, reason: BaseException, aftermath: tuple[Told, ...]) -> None:
        super().__init__("step-failed")
        self.reason = reason
        self.aftermath = aftermath

"""Why the card manager does not do something. A refusal names a message, so that people read it in their language."""

from __future__ import annotations

from cardtools.card.code_values import UnfitValue
from cardtools.common.exit_codes import ExitCode
from cardtools.common.told import ToldError, Value


class ManagerError(ToldError):
    """Something that is not done. `key` names the message (catalogue `manager`)."""

    exit_code = ExitCode.REFUSED

    def __init__(self, key: str, **values: Value) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class UsageError(ManagerError):
    """What was asked for does not exist, or is not clear."""

    exit_code = ExitCode.BAD_INPUT


class ValueRefusedError(ManagerError):
    """A new value that can't be one of the code; nothing was sent to the card."""

    def __init__(self, unfit: UnfitValue) -> None:
        super().__init__(unfit.key, **unfit.values)
        self.number = unfit.number

"""Why the console can't do something. Each failure names a message of the catalogue `console`."""

from __future__ import annotations

from cardtools.common.exit_codes import ExitCode
from cardtools.common.told import ToldError, Value


class ConsoleError(ToldError):
    """A failure that is told to people by the message `key`."""

    exit_code = ExitCode.REFUSED

    def __init__(self, key: str, **values: Value) -> None:
        super().__init__(key, number=None, **values)
        self.key = key


class WorkerError(ConsoleError):
    """A process that worked with a card came to no end."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, technical: str) -> None:
        super().__init__("work-broken-off")
        self.technical = technical

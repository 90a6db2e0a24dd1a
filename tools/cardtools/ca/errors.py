"""What the CA will not do, and what keeps it from working."""

from __future__ import annotations

from collections.abc import Mapping

from cardtools.common.messages import Language, Messages
from cardtools.common.protocol import Problem
from cardtools.common.told import Value

_DOMAIN = "ca"


class _SaidError(Exception):
    """An error with a message of the CA's catalogue."""

    def __init__(self, key: str, **values: Value) -> None:
        super().__init__(key)
        self.key = key
        self.values: Mapping[str, Value] = values

    def __str__(self) -> str:
        return self.in_language(Language.ENGLISH)

    def in_language(self, language: Language) -> str:
        """The message, for people."""
        return Messages(language, _DOMAIN).text(self.key, **self.values)


class RefusedError(_SaidError):
    """The CA refuses: `problem` for programs, a message for people. It has changed nothing but its audit log."""

    def __init__(self, problem: Problem, key: str, **values: Value) -> None:
        super().__init__(key, **values)
        self.problem = problem

    @property
    def detail(self) -> str:
        """The message in English, as the audit log has it."""
        return str(self)


class CaError(_SaidError):
    """The CA can't work: its folder is missing, damaged or not its own."""

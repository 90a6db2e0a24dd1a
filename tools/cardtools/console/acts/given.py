"""Codes that were typed into a form."""

from __future__ import annotations

from collections.abc import Mapping

from cardtools.common.prompt import NEW, MismatchError

AGAIN = "again-"
"""Before a code's id, as a field's name: the new value once more."""
PASSWORD = "password"  # noqa: S105 - a field's name


class GivenCodes:
    """A source of codes (`common.prompt.CodeSource`). A field that was left empty is a value too short for any code."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def code(self, name: str, prompt: str) -> str:  # noqa: ARG002 - the form has said it
        """The present value of a code."""
        return self._values.get(name, "")

    def new_code(self, name: str, prompt: str, again: str) -> str:  # noqa: ARG002 - the form has said it
        """A new value. Raises MismatchError."""
        value = self._values.get(NEW + name, "")
        if value != self._values.get(AGAIN + name, ""):
            raise MismatchError
        return value

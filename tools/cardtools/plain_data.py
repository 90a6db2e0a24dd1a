"""Reads tables of plain data, such as YAML gives, strictly: what is missing, left over or of another form is a mistake.

For the small files that every run of a command reads, where pydantic would take longer to load than the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator


class MistakeError(ValueError):
    """What is wrong, and at which place."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")


class Table:
    """A table, whose entries are taken one by one. Every method raises MistakeError."""

    def __init__(self, raw: object, place: str) -> None:
        if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
            raise MistakeError(place, "names with values are expected")
        self.place = place
        self._rest: dict[str, object] = dict(raw)

    def __contains__(self, name: str) -> bool:
        return name in self._rest

    def take(self, name: str) -> object:
        """An entry, whatever it is."""
        if name not in self._rest:
            raise MistakeError(self._at(name), "is missing")
        return self._rest.pop(name)

    def text(self, name: str, form: re.Pattern[str]) -> str:
        """A text of this form."""
        return _text(self.take(name), form, self._at(name))

    def text_or_none(self, name: str, form: re.Pattern[str]) -> str | None:
        """A text of this form, or nothing; the entry must be there all the same."""
        return None if self._rest.get(name, "") is None and self.take(name) is None else self.text(name, form)

    def texts(self, name: str, form: re.Pattern[str]) -> tuple[str, ...]:
        """A list of texts of this form, not empty."""
        found = self.take(name)
        if not isinstance(found, list) or not found:
            raise MistakeError(self._at(name), "a list is expected")
        return tuple(_text(item, form, self._at(name)) for item in found)

    def number(self, name: str) -> int:
        """A whole number."""
        found = self.take(name)
        if not isinstance(found, int) or isinstance(found, bool):
            raise MistakeError(self._at(name), "a whole number is expected")
        return found

    def table(self, name: str) -> Table:
        """A table within this one."""
        return Table(self.take(name), self._at(name))

    def table_if_there(self, name: str) -> Table:
        """A table within this one; an empty one if there is none."""
        return self.table(name) if name in self else Table({}, self._at(name))

    def names(self, form: re.Pattern[str]) -> Iterator[str]:
        """The names of the entries that were not taken yet, all of this form."""
        for name in tuple(self._rest):
            yield _text(name, form, self.place)

    def done(self) -> None:
        """Makes sure that every entry was taken."""
        for name in self._rest:
            raise MistakeError(self._at(name), "is not known here")

    def _at(self, name: str) -> str:
        return f"{self.place}: {name}"


def _text(found: object, form: re.Pattern[str], place: str) -> str:
    if not isinstance(found, str) or not form.fullmatch(found):
        raise MistakeError(place, f"{found!r} is none that can be here")
    return found

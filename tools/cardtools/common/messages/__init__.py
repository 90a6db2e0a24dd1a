"""What people are told, in their language.

The words lie beside this file, one gettext catalogue a tool and language: `card.en.po`, `manager.cs.po` … A message has
a key as its msgid and not an English sentence. Names that cards give ("CC area") are translated under the context
`name`; one that no catalogue knows is shown as it is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import StrEnum

from cardtools.common.messages.catalogue import SHARED, read_catalogue
from cardtools.common.told import Name, Told, Value

NAME_CONTEXT = "name"
"""The context of the names that cards give."""


class Language(StrEnum):
    """A language that the tools speak."""

    ENGLISH = "en"
    CZECH = "cs"
    SLOVENIAN = "sl"


def language_of(option: str | None = None, environment: Mapping[str, str] | None = None) -> Language:
    """The language asked for, else that of LC_ALL, LC_MESSAGES or LANG, else English.

    Raises ValueError when one is asked for that the tools do not speak.
    """
    if option is not None:
        return Language(option.lower())
    settings = os.environ if environment is None else environment
    found = next((settings[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if settings.get(name)), "")
    short = found.partition("_")[0].partition(".")[0].lower()
    return Language(short) if short in set(Language) else Language.ENGLISH


class Messages:
    """The messages of one language: those of a tool, and those of the card library."""

    def __init__(self, language: Language | str, domain: str = SHARED) -> None:
        """Raises CatalogueError when the domain has no readable catalogue in that language."""
        self.language = Language(language)
        self._catalogue = read_catalogue(domain, self.language.value)

    def text(self, key: str, **values: Value) -> str:
        """A message with its variables filled in. Raises KeyError when the message or a variable is missing."""
        return self._catalogue.gettext(key).format(**self._shown(values))

    def counted(self, key: str, number: int, **values: Value) -> str:
        """A message in the form that this language uses with the number, which it names `{number}`. Raises KeyError."""
        return self._catalogue.ngettext(key, key, number).format(number=number, **self._shown(values))

    def told(self, told: Told) -> str:
        """A failure, a problem or a consequence in words. Raises KeyError."""
        if told.number is None:
            return self.text(told.key, **told.values)
        return self.counted(told.key, told.number, **told.values)

    def name(self, name: str) -> str:
        """A card's name of a code, an area or a part, in this language where the card or a catalogue has it."""
        told = name.others.get(self.language.value) if isinstance(name, Name) else None
        return told or self._catalogue.pgettext(NAME_CONTEXT, name)

    def all_of(self, items: Sequence[str]) -> str:
        """Several things in one sentence, with "and" before the last."""
        if len(items) < 2:
            return "".join(items)
        return self.text("list-end", first=", ".join(items[:-1]), last=items[-1])

    def _shown(self, values: Mapping[str, Value]) -> dict[str, Value]:
        return {key: self.name(value) if isinstance(value, Name) else value for key, value in values.items()}

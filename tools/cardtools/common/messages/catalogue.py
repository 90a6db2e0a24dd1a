"""Reads a gettext catalogue in its text form (.po), so that nothing has to be compiled before it is shipped."""

from __future__ import annotations

import gettext
import io
from functools import cache
from importlib.resources import files

import polib

NAME_CONTEXT = "name"
"""The context of the names that cards give."""


class CatalogueError(ValueError):
    """A catalogue that is missing or can't be read."""


class Catalogue:
    """The messages of one domain in one language, by key."""

    def __init__(self, entries: polib.POFile) -> None:
        self.entries = entries
        self._texts = {entry.msgid for entry in entries if not entry.msgctxt and not entry.msgid_plural}
        self._plurals = {entry.msgid for entry in entries if entry.msgid_plural}
        self._names = {entry.msgid for entry in entries if entry.msgctxt == NAME_CONTEXT}
        self._translations = gettext.GNUTranslations(io.BytesIO(entries.to_binary()))

    def __contains__(self, key: str) -> bool:
        return key in self._texts or key in self._plurals

    def text(self, key: str) -> str:
        """The message's text. Raises KeyError, also for one that is to be counted."""
        if key not in self._texts:
            raise KeyError(key)
        return self._translations.gettext(key)

    def counted(self, key: str, number: int) -> str:
        """The message's text in the form for a number. Raises KeyError, also for one that is not counted."""
        if key not in self._plurals:
            raise KeyError(key)
        return self._translations.ngettext(key, key, number)

    def name(self, name: str) -> str | None:
        """The translation of a name, or None."""
        return self._translations.pgettext(NAME_CONTEXT, name) if name in self._names else None


@cache
def read_catalogue(domain: str, language: str) -> Catalogue:
    """The catalogue of a domain in a language. Raises CatalogueError."""
    file = f"{domain}.{language}.po"
    try:
        text = (files("cardtools.common.messages") / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{file}: {error}") from error
    return Catalogue(parse_po(text, file))


def parse_po(text: str, file: str) -> polib.POFile:
    """The entries of a catalogue. Raises CatalogueError, also when a message stands there twice."""
    try:
        return polib.pofile(text, check_for_duplicates=True)
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{file}: {error}") from error

"""What people are told, in their language. The words are in the catalogues beside this file, `en.po`, `cs.po`, `sl.po`.

A catalogue is gettext's: any translator's editor opens it, and its header says how the language counts (Czech 1, 2-4,
5 and more; Slovenian has a dual). A message has a key and not an English sentence as its msgid, so that English can be
mended without touching the others. What a profile, a scenario or an exercise says stands there, in each language.
"""

from __future__ import annotations

from stuntcard.messages.catalogue import read_catalogue
from stuntcard.profile.model import Language, Text


class Messages:
    """The messages of one language."""

    def __init__(self, language: Language, folder: str | None = None) -> None:
        """`folder`: where else than beside this file the catalogue lies, as seen from here."""
        self.language = language
        self._catalogue = read_catalogue(language.value, folder)

    def text(self, key: str, **values: str | int) -> str:
        """A message with its variables filled in. Raises KeyError when the message or a variable is missing."""
        return self._catalogue.gettext(key).format(**values)

    def counted(self, key: str, number: int, **values: str | int) -> str:
        """A message in the form that this language uses with the number, which it names `{number}`. Raises KeyError."""
        return self._catalogue.ngettext(key, key, number).format(number=number, **values)

    def of(self, text: Text) -> str:
        """A text that comes in every language, such as a code's name in a profile."""
        return text.in_language(self.language)

    def all_of(self, items: list[str]) -> str:
        """Several things in one sentence, with "and" before the last."""
        return self._listed("list-end", items)

    def any_of(self, items: list[str]) -> str:
        """Several things in one sentence, with "or" before the last."""
        return self._listed("list-end-or", items)

    def _listed(self, key: str, items: list[str]) -> str:
        if len(items) < 2:
            return "".join(items)
        return self.text(key, first=", ".join(items[:-1]), last=items[-1])


class UnknownLanguageError(ValueError):
    """There are no messages in that language; says which there are."""


def messages_in(language: str) -> Messages:
    """The messages of a language by its code. Raises UnknownLanguageError."""
    if language in set(Language):
        return Messages(Language(language))
    known = ", ".join(Language)
    raise UnknownLanguageError(Messages(Language.ENGLISH).text("language", language=language, languages=known))

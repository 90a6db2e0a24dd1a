"""A gettext catalogue, read in its text form (.po), so that nothing has to be compiled before it is shipped."""

from __future__ import annotations

import gettext
import io
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NoReturn

import polib

_FOLDER = files("stuntcard.messages")


class CatalogueError(ValueError):
    """A catalogue that is missing or can't be read. Its message names the file."""


class Catalogue(gettext.GNUTranslations):
    """The messages of a language, by key. One that is asked for and not there is a KeyError, and no text."""

    def __init__(self, entries: polib.POFile) -> None:
        super().__init__(io.BytesIO(entries.to_binary()))
        self.add_fallback(_Missing())


class _Missing(gettext.NullTranslations):
    def gettext(self, message: str) -> NoReturn:
        raise KeyError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> NoReturn:  # noqa: ARG002 - gettext's signature
        raise KeyError(msgid1)


@cache
def read_catalogue(language: str, folder: Traversable | str | None = None) -> Catalogue:
    """The catalogue of a language; `folder` is seen from that of all the others. Raises CatalogueError."""
    file = f"{language}.po"
    place = _FOLDER if folder is None else _FOLDER / folder if isinstance(folder, str) else folder
    try:
        return Catalogue(polib.pofile((place / file).read_text("utf-8"), check_for_duplicates=True))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{file}: {error}") from error

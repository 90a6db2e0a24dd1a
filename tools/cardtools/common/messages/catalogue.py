"""Gettext catalogues, read in their text form (.po), so that nothing has to be compiled before it is shipped."""

from __future__ import annotations

import gettext
import io
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NoReturn

import polib

SHARED = "card"
"""The domain of the card library, whose messages every tool shows."""

FOLDER = files("cardtools.common.messages")


class CatalogueError(ValueError):
    """A catalogue that is missing or can't be read."""


@cache
def read_catalogue(domain: str, language: str, folder: Traversable = FOLDER) -> gettext.GNUTranslations:
    """The messages of a domain in a language, behind them the shared ones; KeyError where neither has a message.

    Raises CatalogueError, also when a message stands there twice.
    """
    file = f"{domain}.{language}.po"
    try:
        entries = polib.pofile((folder / file).read_text(encoding="utf-8"), check_for_duplicates=True)
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{file}: {error}") from error
    found = gettext.GNUTranslations(io.BytesIO(entries.to_binary()))
    found.add_fallback(_NoMessage() if domain == SHARED else read_catalogue(SHARED, language))
    return found


class _NoMessage(gettext.NullTranslations):
    """What comes behind all catalogues: it knows every name as it stands, and no message."""

    def gettext(self, message: str) -> NoReturn:
        raise KeyError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> NoReturn:  # noqa: ARG002 - gettext's signature
        raise KeyError(msgid1)

"""What the story says, in the language of whoever watches, and what the programs say in it.

The story's sentences are in the catalogues in `messages`. What a program says is looked up in its own catalogue, as a
file: so the story types at the prompts, and finds the answers, that the program has in that language.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import polib

LANGUAGES: Mapping[str, str] = {"en": "C.UTF-8", "cs": "cs_CZ.UTF-8", "sl": "sl_SI.UTF-8"}
"""The languages, and what LANG is for a program that shall speak one."""

_ROOT = Path(__file__).parents[2]
_STORY = _ROOT / "demo" / "walkthrough" / "messages"
_TOOLS = _ROOT / "tools" / "cardtools" / "common" / "messages"
_EMULATOR = _ROOT / "emulator" / "stuntcard" / "messages"
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


@dataclass(frozen=True, slots=True)
class Said:
    """A message by its key, and what fills it in."""

    catalogue: str
    key: str
    values: Mapping[str, str | int | Said]


Phrase = str | Said
"""A text: as it stands, in every language, or one that each language has."""


def say(key: str, **values: str | int | Said) -> Said:
    """A sentence of the story."""
    return Said("story", key, values)


def shown_by(program: str, key: str, **values: str | int | Said) -> Said:
    """A message of a program's: of `card`, `manager`, `enrol`, `ca` or `stuntcard`. Values may be left open."""
    return Said(program, key, values)


class Words:
    """One language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def text(self, key: str, **values: str | int | Said) -> str:
        """A sentence of the story. Raises KeyError when there is none."""
        return self.of(say(key, **values))

    def of(self, phrase: Phrase) -> str:
        """A phrase in this language. Raises KeyError when it has no such message, or a value is missing."""
        if isinstance(phrase, str):
            return phrase
        values = {name: self.of(value) if isinstance(value, Said) else value for name, value in phrase.values.items()}
        return self._entry(phrase).msgstr.format(**values)

    def pattern(self, phrase: Phrase) -> str:
        """A regular expression for a phrase where it is shown: what it leaves open may be anything there."""
        if isinstance(phrase, str):
            return re.escape(phrase)
        entry = self._entry(phrase)
        forms = entry.msgstr_plural.values() or (entry.msgstr,)
        return f"(?:{'|'.join(self._form(form, phrase.values) for form in forms)})"

    def _form(self, form: str, values: Mapping[str, str | int | Said]) -> str:
        found = ""
        for fixed, name, _, _ in Formatter().parse(form):
            found += re.escape(fixed)
            if name is not None:
                found += self._filled(values.get(name))
        return found

    def _filled(self, value: str | int | Said | None) -> str:
        if value is None:
            return ".*?"
        return self.pattern(value if isinstance(value, Said) else str(value))

    def _entry(self, said: Said) -> polib.POEntry:
        return _catalogue(said.catalogue, self.language)[said.key]


def language_of_environment() -> str:
    """The language that LANG and its like ask for; English when that is none of ours."""
    found = next((os.environ[name] for name in _VARIABLES if os.environ.get(name)), "")
    short = found.partition("_")[0].partition(".")[0].lower()
    return short if short in LANGUAGES else "en"


@cache
def _catalogue(name: str, language: str) -> Mapping[str, polib.POEntry]:
    file = {
        "story": _STORY / f"{language}.po",
        "stuntcard": _EMULATOR / f"{language}.po",
    }.get(name, _TOOLS / f"{name}.{language}.po")
    return {entry.msgid: entry for entry in polib.pofile(str(file))}

"""What the live page says: the same in every language, and all of it asked for."""

from __future__ import annotations

import re
import string
from pathlib import Path

import polib
import pytest
from stuntcard.control.requests import Place
from stuntcard.exercises.judge import Progress
from stuntcard.exercises.model import Person
from stuntcard.policy.state import Origin
from stuntcard.profile.model import CodeStatus, Language

EMULATOR = Path(__file__).parents[3] / "emulator" / "stuntcard"
FAMILIES = {
    "page-place-": Place,
    "page-code-": CodeStatus,
    "page-origin-": Origin,
    "page-progress-": Progress,
    "page-call-": Person,
    "page-language-": Language,
}
"""Keys that are put together from a beginning and a value."""
NOT_SHOWN = {"page-place-empty"}
"""A reader over HTTP is never without a card."""


def entries(language: Language) -> dict[str, polib.POEntry]:
    return {entry.msgid: entry for entry in polib.pofile(str(EMULATOR / "messages" / "page" / f"{language}.po"))}


def forms(entry: polib.POEntry) -> list[str]:
    return [entry.msgstr] if not entry.msgid_plural else list(entry.msgstr_plural.values())


def variables(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", Language)
def test_no_message_is_missing_or_empty_or_has_other_variables(language: Language) -> None:
    english, these = entries(Language.ENGLISH), entries(language)
    assert list(these) == list(english)
    for key, entry in these.items():
        assert all(forms(entry)), key
        wanted = variables(forms(english[key])[0])
        assert all(variables(text) == wanted for text in forms(entry)), key


@pytest.mark.parametrize("language", Language)
def test_what_is_counted_has_all_the_forms_of_its_language(language: Language) -> None:
    catalogue = polib.pofile(str(EMULATOR / "messages" / "page" / f"{language}.po"))
    found = re.search(r"nplurals=(\d)", catalogue.metadata["Plural-Forms"])
    assert found is not None
    number = int(found[1])
    assert {len(forms(entry)) for entry in catalogue if entry.msgid_plural} == {number}


def test_the_page_asks_for_all_messages_and_no_others() -> None:
    files = [*(EMULATOR / "serve").rglob("*.html"), *(EMULATOR / "serve").rglob("*.py")]
    asked = {key for file in files for key in re.findall(r"""["'](page-[a-z-]+)["']""", file.read_text("utf-8"))}
    families = asked & set(FAMILIES)
    assert families == set(FAMILIES)
    made = {f"{family}{value}" for family in families for value in FAMILIES[family]} - NOT_SHOWN
    assert (asked - families) | made == set(entries(Language.ENGLISH))

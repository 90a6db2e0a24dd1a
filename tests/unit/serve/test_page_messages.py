"""What the live page says: the same in every language, and all of it asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from stuntcard.control.requests import Place
from stuntcard.exercises.judge import Progress
from stuntcard.exercises.model import Person
from stuntcard.policy.state import Origin
from stuntcard.profile.model import CodeStatus, Language

from tests.unit.catalogues import messages, says_all_that

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


def file_of(language: Language) -> Path:
    return EMULATOR / "messages" / "page" / f"{language}.po"


@pytest.mark.parametrize("language", Language)
def test_a_catalogue_says_all_that_the_english_one_does(language: Language) -> None:
    says_all_that(file_of(language), file_of(Language.ENGLISH))


def test_the_page_asks_for_all_messages_and_no_others() -> None:
    files = [*(EMULATOR / "serve").rglob("*.html"), *(EMULATOR / "serve").rglob("*.py")]
    asked = {key for file in files for key in re.findall(r"""["'](page-[a-z-]+)["']""", file.read_text("utf-8"))}
    families = asked & set(FAMILIES)
    assert families == set(FAMILIES)
    made = {f"{family}{value}" for family in families for value in FAMILIES[family]} - NOT_SHOWN
    assert (asked - families) | made == {key for _, key in messages(file_of(Language.ENGLISH))}

"""The tools' catalogues: the same messages with the same variables in every language, and all that is asked for."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from cardtools.card import errors, file_errors
from cardtools.common.devices import devices
from cardtools.common.messages import NAME_CONTEXT, Language, Messages, language_of
from cardtools.common.messages.catalogue import SHARED, CatalogueError, read_catalogue
from cardtools.common.told import Name, ToldError
from stuntcard.profile.load import load_profile

from tests.unit.catalogues import messages, says_all_that

FOLDER = Path(__file__).parents[4] / "tools" / "cardtools" / "common" / "messages"
DOMAINS = sorted({file.name.split(".")[0] for file in FOLDER.glob("*.po")})
ENGLISH, CZECH, SLOVENIAN = (Messages(language) for language in Language)


def file_of(domain: str, language: Language) -> Path:
    return FOLDER / f"{domain}.{language.value}.po"


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", Language)
def test_a_catalogue_says_all_that_the_english_one_does(domain: str, language: Language) -> None:
    says_all_that(file_of(domain, language), file_of(domain, Language.ENGLISH), without_number="no-place")


def test_every_error_has_its_message() -> None:
    named = [*inspect.getmembers(errors, inspect.isclass), *inspect.getmembers(file_errors, inspect.isclass)]
    kinds = [kind for _, kind in named if issubclass(kind, ToldError)]
    known = {key for _, key in messages(file_of(SHARED, Language.ENGLISH))}
    assert {kind.key for kind in kinds if kind is not ToldError} <= known


def test_every_name_that_a_card_gives_in_words_is_known() -> None:
    names = set()
    for profile in map(load_profile, devices()):
        for group in (profile.codes, profile.areas, profile.parts):
            names |= {item.name.en for item in group.values()}
    known = {key for context, key in messages(file_of(SHARED, Language.CZECH)) if context == NAME_CONTEXT}
    assert {name for name in names if not name.isupper()} <= known


@pytest.mark.parametrize(
    ("left", "english", "czech", "slovenian"),
    [
        (1, "1 try is left", "zbývá 1 pokus", "na voljo je še 1 poskus"),
        (2, "2 tries are left", "zbývají 2 pokusy", "na voljo sta še 2 poskusa"),
        (3, "3 tries are left", "zbývají 3 pokusy", "na voljo so še 3 poskusi"),
        (5, "5 tries are left", "zbývá 5 pokusů", "na voljo je še 5 poskusov"),
    ],
)
def test_each_language_counts_in_its_own_way(left: int, english: str, czech: str, slovenian: str) -> None:
    error = errors.WrongCodeError("pin", "PIN of PEP", left)
    assert ENGLISH.told(error) == f"PIN of PEP is wrong, {english}."
    assert CZECH.told(error) == f"PIN k PEP: nesprávná hodnota, {czech}."
    assert SLOVENIAN.told(error) == f"PIN za PEP: napačna vrednost, {slovenian}."


def test_names_are_translated_and_other_values_are_not() -> None:
    assert CZECH.text("no-such-area", area="CC area") != CZECH.text("no-such-area", area=Name("CC area"))
    assert CZECH.name("CC area") == "oblast CC"
    assert CZECH.name("no such name") == "no such name"
    assert [CZECH.all_of(items) for items in ([], ["PIN"], ["PIN", "PUK", "IOK"])] == ["", "PIN", "PIN, PUK a IOK"]


def test_a_message_that_is_not_there_is_an_error() -> None:
    for key in ("no-such-message", "code-wrong"):
        with pytest.raises(KeyError):
            ENGLISH.text(key)
    with pytest.raises(KeyError):
        ENGLISH.counted("card-gone", 1)
    with pytest.raises(KeyError):
        ENGLISH.text("code-blocked")
    with pytest.raises(CatalogueError):
        Messages("en", "no-such-domain")


@pytest.mark.parametrize(
    ("option", "environment", "language"),
    [
        ("cs", {"LANG": "sl_SI.UTF-8"}, Language.CZECH),
        (None, {"LANG": "sl_SI.UTF-8"}, Language.SLOVENIAN),
        (None, {"LC_ALL": "cs", "LANG": "sl_SI.UTF-8"}, Language.CZECH),
        (None, {"LC_ALL": "", "LANG": "cs.UTF-8"}, Language.CZECH),
        (None, {"LANG": "de_AT.UTF-8"}, Language.ENGLISH),
        (None, {"LANG": "C"}, Language.ENGLISH),
        (None, {}, Language.ENGLISH),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_users(
    option: str | None, environment: dict[str, str], language: Language
) -> None:
    assert language_of(option, environment) is language


def test_a_language_that_is_not_spoken_is_an_error() -> None:
    with pytest.raises(ValueError, match="de"):
        language_of("de")


@pytest.mark.parametrize("text", ['msgid "k"\nmsgfoo "x"', 'msgid "k"\nmsgstr "x"\n\nmsgid "k"\nmsgstr "y"'])
def test_a_mistake_in_a_catalogue_is_an_error_that_names_its_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "f.en.po").write_text(text)
    with pytest.raises(CatalogueError, match=r"^f\.en\.po: "):
        read_catalogue("f", "en", tmp_path)

"""The tools' catalogues: the same messages with the same variables in every language, and all that is asked for."""

from __future__ import annotations

import inspect
import re
import string
from pathlib import Path

import polib
import pytest
from cardtools.card import errors, file_errors
from cardtools.common.devices import devices
from cardtools.common.messages import NAME_CONTEXT, Language, Messages, language_of
from cardtools.common.messages.catalogue import SHARED, CatalogueError, read_catalogue
from cardtools.common.told import Name, ToldError
from stuntcard.profile.load import load_profile

FOLDER = Path(__file__).parents[4] / "tools" / "cardtools" / "common" / "messages"
DOMAINS = sorted({file.name.split(".")[0] for file in FOLDER.glob("*.po")})
ENGLISH, CZECH, SLOVENIAN = (Messages(language) for language in Language)


def catalogue(domain: str, language: Language) -> polib.POFile:
    return polib.pofile(str(FOLDER / f"{domain}.{language.value}.po"))


def messages(domain: str, language: Language) -> dict[tuple[str, str], polib.POEntry]:
    """The messages of a catalogue, by context and key."""
    return {(item.msgctxt or "", item.msgid): item for item in catalogue(domain, language)}


def forms(message: polib.POEntry) -> list[str]:
    """A message's text, or its texts for each way of counting."""
    return list(message.msgstr_plural.values()) if message.msgid_plural else [message.msgstr]


def variables(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", Language)
def test_a_catalogue_has_the_messages_of_the_english_one_with_their_variables(domain: str, language: Language) -> None:
    english, found = messages(domain, Language.ENGLISH), messages(domain, language)
    assert list(found) == list(english)
    for place, message in found.items():
        expected = set().union(*map(variables, forms(english[place])))
        number = {"number"} if message.msgid_plural else set()
        assert {frozenset(variables(text) | number) for text in forms(message)} == {frozenset(expected)}, place
        assert all(forms(message)), place


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", Language)
def test_no_message_stands_twice_and_what_is_counted_has_all_its_forms(domain: str, language: Language) -> None:
    entries = catalogue(domain, language)
    assert len(entries) == len(messages(domain, language))
    count = re.search(r"nplurals=(\d)", entries.metadata["Plural-Forms"])
    assert count
    for item in entries:
        assert len(forms(item)) == (int(count[1]) if item.msgid_plural else 1), item.msgid


def test_every_error_has_its_message() -> None:
    named = [*inspect.getmembers(errors, inspect.isclass), *inspect.getmembers(file_errors, inspect.isclass)]
    kinds = [kind for _, kind in named if issubclass(kind, ToldError)]
    known = {key for _, key in messages(SHARED, Language.ENGLISH)}
    assert {kind.key for kind in kinds if kind is not ToldError} <= known


def test_every_name_that_a_card_gives_in_words_is_known() -> None:
    names = set()
    for profile in map(load_profile, devices()):
        for group in (profile.codes, profile.areas, profile.parts):
            names |= {item.name.en for item in group.values()}
    known = {key for context, key in messages(SHARED, Language.CZECH) if context == NAME_CONTEXT}
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

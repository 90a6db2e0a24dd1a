"""The catalogues: the same messages in every language, and each language's own way of counting."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import polib
import pytest
from stuntcard.messages import Messages
from stuntcard.messages.catalogue import CatalogueError, read_catalogue
from stuntcard.profile.load import load_profile, shipped_names
from stuntcard.profile.model import Language, Text

EMULATOR = Path(__file__).parents[2] / "emulator" / "stuntcard"
ENGLISH, CZECH, SLOVENIAN = (Messages(language) for language in Language)
LOOKED_UP = {"text", "counted"}


def catalogue(language: Language) -> polib.POFile:
    return polib.pofile(str(EMULATOR / "messages" / f"{language.value}.po"))


def entries(language: Language) -> dict[tuple[str, str], polib.POEntry]:
    """The messages of a language, by context and key."""
    return {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue(language)}


def forms(entry: polib.POEntry) -> list[str]:
    """A message's text, or its texts for each way of counting."""
    return [entry.msgstr] if not entry.msgid_plural else list(entry.msgstr_plural.values())


def variables(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def plural_forms(language: Language) -> int:
    found = re.search(r"nplurals=(\d)", catalogue(language).metadata["Plural-Forms"])
    assert found
    return int(found[1])


@pytest.mark.parametrize("language", Language)
def test_every_catalogue_has_the_same_messages_in_the_same_order(language: Language) -> None:
    assert list(entries(language)) == list(entries(Language.ENGLISH))


@pytest.mark.parametrize("language", Language)
def test_no_message_stands_twice_or_is_empty(language: Language) -> None:
    found = list(catalogue(language))
    assert len(found) == len(entries(language))
    assert all(text for entry in found for text in forms(entry))


@pytest.mark.parametrize("language", Language)
def test_every_message_has_the_same_variables_in_all_its_forms(language: Language) -> None:
    for place, entry in entries(language).items():
        expected = variables(forms(entries(Language.ENGLISH)[place])[0])
        assert {frozenset(variables(text)) for text in forms(entry)} == {frozenset(expected)}, entry.msgid


@pytest.mark.parametrize("language", Language)
def test_what_is_counted_has_a_text_for_each_of_the_languages_forms(language: Language) -> None:
    for entry in entries(language).values():
        assert len(forms(entry)) == (plural_forms(language) if entry.msgid_plural else 1), entry.msgid


def test_the_code_asks_for_messages_that_there_are_and_for_all_of_them() -> None:
    known = {key for _, key in entries(Language.ENGLISH)}
    written = set()
    asked = set()
    for file in EMULATOR.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOOKED_UP:
                asked |= {arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    asked = {key for key in asked if not str(key).startswith("page-")}  # the live page has a catalogue of its own
    assert asked - known == set()
    assert known - written == set()


def test_names_in_words_are_given_in_every_language() -> None:
    for profile in map(load_profile, shipped_names()):
        names = [code.name for code in profile.codes.values()]
        names += [area.name for area in profile.areas.values()] + [part.name for part in profile.parts.values()]
        names += [actor.name_of_act(act) for actor in profile.actors.values() for act in actor.acts]
        for text in names:
            assert text.en.replace(" ", "").isupper() or len({text.en, text.cs, text.sl}) == 3, text


@pytest.mark.parametrize(
    ("number", "english", "czech", "slovenian"),
    [
        (1, "PUK has 1 try left.", "PUK: zbývá 1 pokus.", "PUK: na voljo je še 1 poskus."),
        (2, "PUK has 2 tries left.", "PUK: zbývají 2 pokusy.", "PUK: na voljo sta še 2 poskusa."),
        (3, "PUK has 3 tries left.", "PUK: zbývají 3 pokusy.", "PUK: na voljo so še 3 poskusi."),
        (4, "PUK has 4 tries left.", "PUK: zbývají 4 pokusy.", "PUK: na voljo so še 4 poskusi."),
        (5, "PUK has 5 tries left.", "PUK: zbývá 5 pokusů.", "PUK: na voljo je še 5 poskusov."),
        (10, "PUK has 10 tries left.", "PUK: zbývá 10 pokusů.", "PUK: na voljo je še 10 poskusov."),
        (102, "PUK has 102 tries left.", "PUK: zbývá 102 pokusů.", "PUK: na voljo sta še 102 poskusa."),
    ],
)
def test_each_language_counts_in_its_own_way(number: int, english: str, czech: str, slovenian: str) -> None:
    for messages, expected in ((ENGLISH, english), (CZECH, czech), (SLOVENIAN, slovenian)):
        assert messages.counted("risk-tries", number, code="PUK") == expected


def test_lists() -> None:
    assert [CZECH.all_of(items) for items in ([], ["PIN"], ["PIN", "PUK", "IOK"])] == ["", "PIN", "PIN, PUK a IOK"]


def test_texts_of_a_profile_are_given_in_the_language() -> None:
    text = Text(en="the office", cs="úřad", sl="urad")
    assert [messages.of(text) for messages in (ENGLISH, CZECH, SLOVENIAN)] == ["the office", "úřad", "urad"]


def test_a_message_or_variable_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        ENGLISH.text("no-such" + "-message")
    with pytest.raises(KeyError):
        ENGLISH.counted("new-card", 1)
    with pytest.raises(KeyError):
        ENGLISH.text("list-end", first="a")


@pytest.mark.parametrize(
    "text", ['\nmsgid k\nmsgstr "x"\nmsgfoo "x"', 'msgid "k"\nmsgstr "x"\n\nmsgid "k"\nmsgstr "y"', 'msgstr[a] "x"']
)
def test_a_mistake_in_a_catalogue_is_an_error_that_names_its_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "f.po").write_text(text)
    with pytest.raises(CatalogueError, match=r"^f\.po: "):
        read_catalogue("f", tmp_path)

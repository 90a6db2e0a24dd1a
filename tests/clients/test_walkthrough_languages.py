"""The walkthrough in Czech and Slovenian: nothing lacks, and all that a chapter tells is in its language."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from rich.console import Console

from demo.walkthrough.chapters import CHAPTERS
from demo.walkthrough.narrator import Narrator
from demo.walkthrough.words import LANGUAGES, Said, Words, say, shown_by

pytestmark = pytest.mark.own_module

STORY = Path(__file__).parents[2] / "demo" / "walkthrough"


def catalogue(language: str) -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(STORY / "messages" / f"{language}.po"))}


def calls(of: str) -> Iterator[list[str]]:
    """The texts that a function is given first, wherever the story calls it."""
    for file in STORY.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name == of:
                yield [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]


def test_every_sentence_is_in_every_language_with_the_same_variables() -> None:
    english = catalogue("en")
    assert len(english) > 190
    for language in LANGUAGES:
        texts = catalogue(language)
        assert list(texts) == list(english)
        for key, text in texts.items():
            assert text, (language, key)
            assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", english[key])), (language, key)


def test_the_story_asks_for_sentences_that_there_are_and_for_all_of_them() -> None:
    told = {chapter.name for chapter in CHAPTERS}
    told |= {f"{chapter.name}-{step.name}" for chapter in CHAPTERS for step in chapter.steps}
    told |= {f"{name}-why" for name in told}
    asked = {texts[0] for name in ("say", "text") for texts in calls(name) if texts}
    asked |= {"transcript-made", "transcript-stand-ins"}
    # Called after what the story calls them.
    asked |= {key for key in catalogue("en") if key.startswith("certificate-")}
    assert told | asked == set(catalogue("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_programs_shall_show_they_can_say(language: str) -> None:
    asked = {(texts[0], texts[1]) for texts in calls("shown_by")}
    assert len(asked) > 30
    for program, key in asked:
        assert Words(language).pattern(shown_by(program, key)), (program, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chapter_is_narrated_in_its_language(language: str) -> None:
    shown, words = io.StringIO(), Words(language)
    narrator = Narrator(Console(file=shown, width=400), words, steps=4, pause=False)
    chapter = CHAPTERS[-1]
    narrator.chapter(9, words.text(chapter.name), words.text(f"{chapter.name}-why"), quiet=False)
    for count, step in enumerate(chapter.steps, 1):
        about = f"{chapter.name}-{step.name}"
        narrator.step(f"9.{count}", words.text(about), words.text(f"{about}-why"))
    narrator.begin("true")
    narrator.output("", status=1)
    narrator.checked(words.text("found-kpep-lost"))
    first, end = {
        "en": ("9. A ZZZS-PK: two parts, and one of them lost", "(ends with 1)"),
        "cs": ("9. ZZZS-PK: dvě části a jedna z nich ztracená", "(končí s 1)"),
        "sl": ("9. ZZZS-PK: dva dela, od katerih je eden izgubljen", "(konča se z 1)"),
    }[language]
    assert first in shown.getvalue()
    assert end in narrator.markdown
    assert len([line for line in narrator.markdown if line.startswith("### 9.")]) == len(chapter.steps)
    others = [text for other in LANGUAGES if other != language for text in catalogue(other).values()]
    told = [line.removeprefix("- ✓ ") for line in narrator.markdown if line]
    assert [line for line in told if line in others] == []


def test_what_is_left_open_may_be_anything() -> None:
    words = Words("cs")
    area = shown_by("card", "CC area")
    shown = [words.of(shown_by("manager", "area-places", area=area, code="QPIN", used=n, places=2)) for n in (1, 2)]
    pattern = words.pattern(shown_by("manager", "area-places", area=area, used=1))
    assert [bool(re.search(pattern, one)) for one in shown] == [True, False]
    assert words.of(say("list-end", first=say("certificate-first"), last="b")) == "Janin první certifikát a b"
    with pytest.raises(KeyError):
        words.of(Said("story", "nowhere", {}))

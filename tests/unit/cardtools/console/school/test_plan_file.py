"""A class as a trainer writes it into a file: all that is wrong in it is told at once, with line and column."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cardtools.common.messages import Language, Messages
from cardtools.console.school.plan_file import PlanError, read_plan, text_of

RIGHT = """\
schema: 1
title: Helpdesk, listopad
language: cs
exercises:
  - proid-q-pin-blocked
  - tokenme-expired
trainees:
  - Jana Nováková
  - Žofie Šťastná
"""
KNOWN = ("proid-q-pin-blocked", "tokenme-expired")


def findings(text: str, language: Language = Language.ENGLISH) -> list[str]:
    with pytest.raises(PlanError) as caught:
        read_plan("class.yaml", text.encode(), KNOWN)
    return caught.value.lines(Messages(language, "console"))


def test_a_class_is_read() -> None:
    plan = read_plan("class.yaml", RIGHT.encode(), KNOWN)
    assert (plan.title, plan.language) == ("Helpdesk, listopad", "cs")
    assert plan.exercises == ("proid-q-pin-blocked", "tokenme-expired")
    assert plan.trainees == ("Jana Nováková", "Žofie Šťastná")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("language: cs", "language: de", "3:11: the language is one of en, cs, sl"),
        ("title: Helpdesk, listopad\n", "", "1:1: title is missing"),
        ("title: Helpdesk, listopad", "title: 2026-11-28",
         "2:8: the title is a text of 1 to 100 characters; put it in quotes if it looks like a number or a date"),
        ("schema: 1", "schema: 2", "1:9: schema is 1 for this version of cardconsole"),
        ("schema: 1", "teacher: Eva",
         "1:1: there is no teacher in a class; there are: schema, title, language, exercises, trainees"),
        ("schema: 1", "exercise: x",
         "1:1: there is no exercise in a class; did you mean exercises? There are: schema, title, language, exercises,"
         " trainees"),
        ("schema: 1", "title: x", "2:1: title stands here for the second time; one of them is too many"),
        ("  - tokenme-expired", "  - ../tokenme",
         "6:5: there is no exercise ../tokenme; `stuntcard exercise list` names all"),
        ("  - tokenme-expired", "  - tokenme-expierd",
         "6:5: there is no exercise tokenme-expierd; did you mean tokenme-expired?"),
        ("  - Žofie Šťastná", "  -  jana nováková",
         "9:6: jana nováková stands here for the second time; give the two names that tell them apart"),
        ("  - Žofie Šťastná", "  - 7",
         "9:5: a name is a text of 1 to 60 characters; put it in quotes if it looks like a number or a date"),
        ("  - Jana Nováková", "  - [",
         "9:3: this is no YAML (did not find expected node content); docs/console.md shows how a class is written"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(old: str, new: str, found: str) -> None:
    assert findings(RIGHT.replace(old, new)) == [f"class.yaml:{found}"]


def test_all_mistakes_are_told_at_once_in_the_readers_language() -> None:
    wrong = "titel: x\nexercises: [proid-q-pin-blokced]\ntrainees: [Ana, ana, 5]\nlanguage: fr\n"
    assert findings(wrong, Language.CZECH) == [
        "class.yaml:1:1: chybí title",
        "class.yaml:1:1: položka titel v kurzu není; nemělo to být title? Položky jsou:"
        " schema, title, language, exercises, trainees",
        "class.yaml:2:13: cvičení proid-q-pin-blokced neexistuje; nemělo to být proid-q-pin-blocked?",
        "class.yaml:3:17: ana tu stojí podruhé; dejte oběma jména, podle kterých je poznáte",
        "class.yaml:3:22: jméno je text o 1 až 60 znacích; vypadá-li jako číslo nebo datum, dejte je do uvozovek",
        "class.yaml:4:11: jazyk je jeden z en, cs, sl",
    ]


@pytest.mark.parametrize("text", ["", "7", "- a\n- b\n", "Jana, Petr"])
def test_what_is_no_class_is_told_so(text: str) -> None:
    assert findings(text) == [
        "class.yaml:1:1: this is no class with a title, exercises and trainees; docs/console.md shows one"
    ]


def test_what_blows_up_is_refused() -> None:
    assert findings("a: &a [1]\nb: *a\n") == ["class.yaml:2:4: aliases (*name) are not taken here; write the value out"]
    assert findings("#" * 70_000) == ["class.yaml:1:1: the file has more than 65536 bytes"]
    with pytest.raises(PlanError):
        read_plan("class.yaml", b"\xff\xfe")


@pytest.mark.parametrize(
    "value", ['!!int ""', "!!int x", '!!float ""', "!!bool x", "!!timestamp x", "!!set {a}", "!mine a"]
)
def test_a_value_with_a_tag_is_refused_with_its_place(value: str) -> None:
    [found] = findings(RIGHT.replace("  - Jana Nováková", f"  - {value}"))
    assert found.startswith("class.yaml:8:5: tags such as !")


def test_what_would_steer_a_terminal_is_not_repeated_and_nothing_is_at_length() -> None:
    told = findings(f'exercises: ["a\\e[2J"]\ntrainees: ["b\\e[2J", "b\\e[2J"]\n"c\\e": 1\n{"k" * 500}: 1\n')
    assert len(told) == 6
    assert all(line.isprintable() and len(line) < 250 for line in told)


def test_titles_and_names_are_one_line_each() -> None:
    wrong = RIGHT.replace("  - Jana Nováková", '  - "Jana\\0\\tNov\\xA0á\\n"')
    assert read_plan("class.yaml", wrong.encode()).trainees[0] == "Jana Nov á"


@pytest.mark.parametrize("what", ["pipe", "device", "folder"])
def test_what_is_no_file_is_refused_at_once(what: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=r"not a file|directory"):
        text_of(tmp_path / what)

"""The `exercise` commands, but for those that need a card that runs (tests/clients/test_exercises.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stuntcard.cli.exercise_texts import ListForm, listing
from stuntcard.exercises.load import exercise_names

from tests.unit.cli.command_line import done, json_of, refused

ROOT = Path(__file__).parents[3]


def test_the_page_lists_those_that_come_with_stuntcard() -> None:
    page = (ROOT / "docs" / "exercises.md").read_text("utf-8")
    table = page.partition("<!-- table -->\n")[2].partition("\n<!-- end of table -->")[0]
    assert table == listing(None, "en", "markdown"), "put there what `stuntcard exercise list --markdown` writes"


@pytest.mark.parametrize(("form", "options"), [("text", ()), ("json", ("--json",)), ("markdown", ("--markdown",))])
def test_they_are_listed_in_every_form(form: ListForm, options: tuple[str, ...]) -> None:
    assert done("exercise", "list", "zzzs-pk", "--language", "sl", *options).rstrip("\n") == listing(
        "zzzs-pk", "sl", form
    )


def test_a_list_for_programs_has_names_and_facts() -> None:
    listed = json_of("exercise", "list")
    assert [one["name"] for one in listed] == list(exercise_names())
    assert {"profile", "title", "minutes", "facts"} <= listed[0].keys()


def test_a_trainer_sees_the_answers() -> None:
    shown = done("exercise", "show", "proid-q-chip-must-not-die", "--language", "cs")
    assert "Volá" not in shown
    assert "Paní Svobodová zkusila všechno" in shown
    assert "1. Držitel zadá PUK, tím odblokuje PIN a zvolí jeho novou hodnotu." in shown
    assert "Tím se zničí celá karta." in shown
    assert "Poslední chybný PUK zničil čip." in shown
    content = json_of("exercise", "show", "chip-must-not-die")
    assert [step["code"] for step in content["way"]] == ["pin", "qpin"]
    assert content["calls"]["holder"]["tells"] == {"puk": "87654321"}


def test_a_good_one_is_called_so_and_a_bad_one_is_told_with_its_place(tmp_path: Path) -> None:
    assert done("exercise", "check", "tokenme-clean-up", "--language", "cs").startswith(
        "tokenme-clean-up je dobré cvičení pro TokenME"
    )
    bad = tmp_path / "bad.yaml"
    bad.write_text((ROOT / "profiles/exercises/tokenme-clean-up.yaml").read_text("utf-8").replace("fatal: true", ""))
    told = refused("exercise", "check", bad)
    assert told.count("after it the goal is out of reach; say `fatal: true`") == 2
    assert f"{bad}:" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "nowhere"), "there is no exercise 'nowhere'"),
        (("show", "nowhere.yaml"), "nowhere.yaml: can't be read: No such file or directory"),
        (("list", "--language", "de"), "de"),
        (("list", "nocard"), "nocard"),
        (("status",), "no exercise is running; begin one with: stuntcard exercise start NAME"),
        (("start", "proid-q-pin-blocked", "--reader", "usb"), "--reader usb: expected pcsc, or vpcd"),
        (("start", "proid-q-pin-blocked", "--applet", "floppy", "--", "true"), "--applet floppy: "),
    ],
)
def test_what_can_t_be_is_told(words: tuple[str, ...], told: str) -> None:
    assert told in refused("exercise", *words)


def test_editors_get_a_schema() -> None:
    schema = json.loads(done("exercise", "schema"))
    assert {"story", "goal", "done", "traps", "explain"} <= schema["properties"].keys()

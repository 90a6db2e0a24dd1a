"""The `exercise` commands, but for those that need a card that runs (tests/clients/test_exercises.py)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from stuntcard.cli.listing import ListForm
from stuntcard.cli.listing import exercise_listing as listing
from stuntcard.control.directory import PCSC_SOCKET
from stuntcard.exercises.live import LiveAttempt
from stuntcard.exercises.load import exercise_names, load_exercise
from stuntcard.exercises.start import make_ready

from tests.unit.card.cards import new_card
from tests.unit.cli.command_line import done, json_of, refused
from tests.unit.control.running_cards import answering

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


@contextmanager
def at_exercise(name: str) -> Iterator[Path]:
    """A card that runs with an exercise; gives its socket for programs."""
    ready = make_ready(load_exercise(name))
    card = ready.new_card()
    with answering(card, LiveAttempt(ready, card)) as control:
        socket = control.parent / PCSC_SOCKET
        socket.touch()
        yield socket


def test_of_several_cards_the_shells_own_is_meant_or_the_only_one_with_an_exercise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = "tokenme-pin-blocked", "proid-q-pin-guessed"
    with answering(new_card()) as plain, at_exercise(first):
        assert json_of("exercise", "status")["exercise"] == first
        with at_exercise(second) as own:
            told = refused("exercise", "status")
            assert told.rstrip().endswith(
                "several exercises are running; name the card of one of them: proid-q, tokenme"
            )
            monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(own))
            assert json_of("exercise", "status")["exercise"] == second
            assert done("exercise", "hint").startswith("Hint: ")
            assert done("exercise", "call", "holder")
            assert json_of("exercise", "status")["hints"] == 1
            assert json_of("exercise", "status", "tokenme")["exercise"] == first
        # A shell of another card, which has none.
        (plain.parent / PCSC_SOCKET).touch()
        monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(plain.parent / PCSC_SOCKET))
        assert "no exercise runs with this card" in refused("exercise", "status", status=1)

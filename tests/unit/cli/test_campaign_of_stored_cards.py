"""A campaign of a stored card, of which each run has a copy."""

from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.store.library import read_card

from tests.unit.cli.command_line import done, refused, stuntcard

FILE = """\
schema: 1
title: A try
cards: [card:mine]
variables: {program: ./none.sh}
clients: {ours: {command: "{program} {pin}"}}
expect: {may_tell: true, output: ^12345678$, card: {codes.qpin.state: blocked}}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "try.yaml").write_text(FILE)
    done("card", "new", "mine", "proid-q")
    done("set", "card:mine", "qpin=blocked")
    return tmp_path / "try.yaml"


def test_each_run_has_a_copy_and_the_stored_card_stays_as_it_is(file: Path) -> None:
    before = read_card("mine").content
    result = stuntcard("campaign", "run", "try.yaml", "--set", "program=echo", cwd=file.parent)
    assert (result.returncode, result.stdout, result.stderr) == (
        0,
        "1 run: 1 passed. The report: campaign-try/report.html\n",
        "",
    )
    assert read_card("mine").content == before


def test_check_takes_other_values_as_run_does(file: Path) -> None:
    there_is_none = f"there is no such file; it is seen from {file.parent}\n"
    assert refused("campaign", "check", "try.yaml") == f"try.yaml:4:13: variables.program: ./none.sh: {there_is_none}"
    assert done("campaign", "check", "try.yaml", "--set", "program=echo") == "try can be run: 1 run.\n"
    assert refused("campaign", "check", "try.yaml", "--set", "program=./no") == f"--set program=./no: {there_is_none}"
    assert refused("campaign", "check", "try.yaml", "--set", "program=echo", "--only", "card=x") == (
        "--only card=x: try has no such card; there are: card:mine\n"
    )


def test_a_stored_card_that_there_is_not_is_told_with_its_place(file: Path) -> None:
    file.write_text(FILE.replace("card:mine", "card:yours"))
    assert refused("campaign", "check", "try.yaml", "--set", "program=echo") == (
        "try.yaml:3:9: cards.0: there is no card 'yours'; there are: mine. Make one: stuntcard card new yours proid-q\n"
    )
    assert refused("campaign", "walk", "card:mine") == (
        "card:mine: a walk begins with the card as it leaves the factory; name its profile\n"
    )

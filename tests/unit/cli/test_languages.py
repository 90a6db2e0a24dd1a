"""Who asks for Czech or Slovenian hears it, from the first word to the last: by `--language`, or by the environment."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from stuntcard.cli.environment import language_of_environment

from tests.unit.cli.command_line import ROOT, run

CATALOGUES = ROOT / "emulator" / "stuntcard" / "messages"
SPOKEN = [
    ("show", "eobcanka"),
    ("show", "zzzs-pk"),
    ("show", "proid-q"),
    ("list",),
    ("explore", "zzzs-pk"),
    ("advise", "zzzs-pk", "--state", "pep-pin=blocked"),
    ("advise", "eobcanka", "--state", "puk=blocked,pin=1"),
    ("scenario", "show", "proid-q-cc-area-left-over-key"),
    ("scenario", "show", "zzzs-pk-pep-puk-last-try"),
    ("exercise", "show", "eobcanka-iok-blocked"),
]
REFUSES = [
    ("show", "proid-q"),
    ("list",),
    ("status",),
    ("explore", "zzzs-pk"),
    ("advise", "proid-q", "--state", "pin=blocked"),
    ("scenario", "list"),
    ("exercise", "list"),
    ("run", "proid-q"),
]


def english_words(language: str) -> list[str]:
    """What the English catalogue says between its variables, of two words at least, and this language otherwise."""
    english = {entry.msgid: entry for entry in polib.pofile(str(CATALOGUES / "en.po"))}
    words = []
    for entry in polib.pofile(str(CATALOGUES / f"{language}.po")):
        ours = entry.msgstr or entry.msgstr_plural[0]
        theirs = english[entry.msgid].msgstr or english[entry.msgid].msgstr_plural[0]
        pieces = (piece.strip(" ,.:;'()") for piece in re.split(r"\{\w+\}", theirs))
        words += [piece for piece in pieces if len(piece.split()) > 1 and piece not in ours]
    return words


@pytest.mark.parametrize("language", ["cs", "sl"])
def test_no_line_mixes_english_in(language: str) -> None:
    english = english_words(language)
    assert len(english) > 100
    for command in SPOKEN:
        result = run(*command, "--language", language)
        assert result.exit_code == 0, result.output
        text = " ".join(result.stdout.split())
        assert [phrase for phrase in english if re.search(rf"\b{re.escape(phrase)}\b", text)] == [], command


@pytest.mark.parametrize("command", REFUSES, ids=" ".join)
def test_a_language_that_nobody_speaks_here_is_refused_everywhere_alike(command: tuple[str, ...]) -> None:
    result = run(*command, "--language", "de")
    assert (result.exit_code, result.stderr) == (2, "--language de: expected one of en, cs, sl\n")


def test_the_environment_says_the_language_where_nobody_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_ALL")
    monkeypatch.setenv("LANG", "sl_SI.UTF-8")
    assert run("scenario", "show", "proid-q-dead").stdout.splitlines()[0] == "proid-q-dead: Čip je uničen"
    assert run("scenario", "show", "proid-q-dead", "--language", "CS").stdout.splitlines()[0].endswith("Čip je zničený")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "cs_CZ.UTF-8"}, "cs"),
        ({"LANG": "cs_CZ.UTF-8", "LC_MESSAGES": "sl_SI"}, "sl"),
        ({"LANG": "cs_CZ.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "cs.UTF-8", "LC_ALL": ""}, "cs"),
        ({"LANG": "de_AT.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_first_variable_that_is_set_decides(environment: dict[str, str], language: str) -> None:
    assert language_of_environment(environment) == language


def test_what_is_done_to_cards_is_said_in_the_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path / "home"))
    speaks = ("--language", "cs")
    assert run("card", "new", "mine", "proid-q", *speaks).stdout.startswith("mine: nová karta ProID+Q. Do čtečky ji ")
    assert run("card", "list", *speaks).stdout.splitlines()[0].split() == [
        "NÁZEV", "PROFIL", "SÉRIOVÉ", "ČÍSLO", "TRVANLIVOST",
    ]  # fmt: skip
    shown = run("card", "show", "mine", *speaks).stdout
    assert "uložena jako mine, trvanlivost full, vytvořena " in shown
    assert "12345678" not in shown
    assert "Hodnoty kódů ukáže: stuntcard card show mine --unmasked" in shown
    assert "  PUK: 87654321" in run("card", "show", "mine", "--unmasked", *speaks).stdout.splitlines()
    assert run("set", "card:mine", "pin=blocked", *speaks).stdout == "PIN zadán chybně, 3krát\n"
    assert run("set", "card:mine", "pin=blocked", *speaks).stdout == "karta už v tomto stavu je\n"
    assert run("snapshot", "restore", "mine", *speaks).stderr == (
        "karta „mine“ nemá žádný snímek; uložíte ho příkazem: stuntcard snapshot save mine\n"
    )
    refused = run("card", "new", "mine", "proid-q", "--language", "sl")
    assert (refused.exit_code, refused.stderr.partition(";")[0]) == (2, "kartica »mine« že obstaja")
    nobody = run("insert", "nobody", "--language", "sl")
    assert nobody.stderr.startswith("nobena kartica »nobody« ni zagnana (zagnane: nobena); ")

"""The report of a class: a line for each attempt, as a spreadsheet and a printer take it."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cardtools.common.messages import Language, Messages
from cardtools.console.board.report import csv_report, pdf_report, report_name, report_of
from cardtools.console.store.database import Database
from cardtools.console.store.registry import NewClass, Registry
from cardtools.console.store.rows import AttemptState, ClassRow, TrapRow

AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
TITLES = {"proid-q-pin-blocked": "Zablokovaný PIN"}
TRAP = TrapRow("puk-spent", {"en": "A try of PUK was spent.", "cs": "Padl pokus PUKu."})


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(Database(tmp_path))


@pytest.fixture
def class_row(registry: Registry) -> ClassRow:
    made = registry.add_class(
        NewClass("Školení šťastných", "cs", ("proid-q-pin-blocked",), ("Žofie Šťastná", "=1+1")), AT
    )
    zofie, formula = registry.trainees(made.id)
    solved = registry.add_attempt(zofie, 0, "proid-q-pin-blocked", AT)
    registry.judge(solved.card, AttemptState.SOLVED, 1, 2, [TRAP])
    registry.end(solved.card, AT + timedelta(minutes=7, seconds=50))
    registry.add_attempt(formula, 0, "proid-q-pin-blocked", AT)
    return made


def test_the_spreadsheet_has_a_line_for_each_attempt_in_the_trainers_language(
    registry: Registry, class_row: ClassRow
) -> None:
    messages = Messages(Language.CZECH, "console")
    found = report_of(registry, class_row, TITLES, messages, AT + timedelta(minutes=90))
    assert csv_report(found).decode("utf-8-sig").splitlines() == [
        "Účastník;Cvičení;Pokus;Stav;Minuty;Utracené pokusy;Nápovědy;Pasti;Začátek (UTC)",
        "Žofie Šťastná;Zablokovaný PIN;1;vyřešeno;7;1;2;Padl pokus PUKu.;2026-11-28 09:30",
        # No spreadsheet takes a name for a formula.
        "'=1+1;Zablokovaný PIN;1;rozpracováno;90;0;0;;2026-11-28 09:30",
    ]


def test_attempts_are_counted_for_each_exercise(registry: Registry) -> None:
    made = registry.add_class(NewClass("Autumn", "en", ("a", "b", "a"), ("Jana",)), AT)
    [jana] = registry.trainees(made.id)
    for position, exercise in ((0, "a"), (0, "a"), (1, "b"), (1, "b"), (2, "a")):
        registry.add_attempt(jana, position, exercise, AT)
    found = report_of(registry, made, {}, Messages(Language.ENGLISH, "console"), AT)
    assert [row[1:3] for row in found.rows] == [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2"), ("a", "1")]
    # Where a number has a decimal point, a comma stands between columns.
    assert csv_report(found).decode("utf-8-sig").startswith("Trainee,Exercise,Attempt,")


@pytest.mark.parametrize(
    ("title", "name"),
    [("Školení šťastných", "skoleni-stastnych"), ('../a"b\r\n;c', "a-b-c"), ("東京", "class"), ("x" * 100, "x" * 60)],
)
def test_a_reports_file_is_called_after_its_class(title: str, name: str) -> None:
    assert report_name(ClassRow("0123456789", title, "cs", practice=False, made=AT)) == f"{name}-0123456789"


def test_the_printed_report_has_czech_letters(registry: Registry, class_row: ClassRow, tmp_path: Path) -> None:
    messages = Messages(Language.CZECH, "console")
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf_report(report_of(registry, class_row, TITLES, messages, AT)))
    text = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True, timeout=60).stdout
    for word in ("Školení šťastných", "Žofie Šťastná", "Utracené", "vyřešeno"):
        assert word in " ".join(text.split())

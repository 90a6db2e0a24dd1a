"""The report of a class: each attempt of each trainee, as CSV and as a page in PDF."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cardtools.common.fonts import BOLD, REGULAR, find_font
from cardtools.common.messages import Language, Messages
from cardtools.console.board.rows import minutes_of
from cardtools.console.errors import ConsoleError
from cardtools.console.store.registry import Registry
from cardtools.console.store.rows import ClassRow

_COLUMNS = ("trainee", "exercise", "attempt", "progress", "minutes", "tries-spent", "hints", "traps", "begun")
_WIDTHS = (38, 66, 16, 24, 18, 22, 18, 50, 30)
"""Of the columns of the PDF, in parts of its breadth."""
_TIME = "%Y-%m-%d %H:%M"
_SEPARATORS = {Language.ENGLISH: ",", Language.CZECH: ";", Language.SLOVENIAN: ";"}
"""Where numbers have a decimal comma, a spreadsheet takes a semicolon between columns."""
_NAME_MAX = 60
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Report:
    """A report in words: its language and title, the names of the columns, and the rows."""

    language: Language
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def report_of(
    registry: Registry, class_row: ClassRow, titles: Mapping[str, str], messages: Messages, at: datetime
) -> Report:
    """The report of a class, as it stands."""
    rows = []
    for trainee in registry.trainees(class_row.id):
        goes = Counter[int]()
        for attempt in registry.attempts(trainee.id):
            goes[attempt.position] += 1
            rows.append(
                (
                    trainee.name,
                    titles.get(attempt.exercise, attempt.exercise),
                    str(goes[attempt.position]),
                    messages.text(f"progress-{attempt.state}"),
                    str(minutes_of(attempt, at)),
                    str(attempt.tries_spent),
                    str(attempt.hints),
                    " ".join(trap.titles.get(messages.language, trap.id) for trap in attempt.traps),
                    f"{attempt.begun:{_TIME}}",
                )
            )
    columns = tuple(messages.text(f"column-{name}") for name in _COLUMNS)
    return Report(messages.language, class_row.title, columns, tuple(rows))


def csv_report(report: Report) -> bytes:
    """The report as CSV, as spreadsheets of its language read it, in UTF-8 with the mark by which they know it."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=_SEPARATORS[report.language])
    writer.writerow(report.columns)
    writer.writerows([[_no_formula(cell) for cell in row] for row in report.rows])
    return written.getvalue().encode("utf-8-sig")


def pdf_report(report: Report) -> bytes:
    """The report as a PDF. Raises ConsoleError when no font with Czech and Slovenian letters is installed."""
    from fpdf import FPDF
    from fpdf.fonts import FontFace

    regular, bold = find_font(REGULAR), find_font(BOLD)
    if regular is None or bold is None:
        raise ConsoleError("no-font")
    page = FPDF(orientation="landscape")
    page.set_title(report.title)
    page.set_lang(report.language)
    page.add_font("DejaVu", "", str(regular))
    page.add_font("DejaVu", "B", str(bold))
    page.add_page()
    page.set_font("DejaVu", "B", 14)
    page.multi_cell(0, 9, report.title, new_x="LMARGIN", new_y="NEXT", align="L")
    page.set_font("DejaVu", "", 8)
    with page.table(col_widths=_WIDTHS, text_align="LEFT", headings_style=FontFace(emphasis="BOLD")) as table:
        for cells in (report.columns, *report.rows):
            row = table.row()
            for cell in cells:
                row.cell(cell)
    return bytes(page.output())


def report_name(class_row: ClassRow) -> str:
    """A file's name without its ending: the class's title in letters that every system takes, and its id."""
    letters = unicodedata.normalize("NFKD", class_row.title).encode("ascii", "ignore").decode()
    words = re.findall("[a-z0-9]+", letters.lower())
    return f"{'-'.join(words)[:_NAME_MAX].strip('-') or 'class'}-{class_row.id}"


def _no_formula(cell: str) -> str:
    """A cell that a spreadsheet takes for text, whatever a trainee is called."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

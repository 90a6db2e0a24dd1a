"""Finds a cell by its id: in a campaign's matrix, or in the results that lie here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stuntcard.campaign.cells import Cell, Entry, Matrix, Series
from stuntcard.campaign.journal import JOURNAL, JournalError, read_header, read_outcomes
from stuntcard.campaign.model import Campaign

RESULTS = "campaign-"
"""What folders of results begin with, unless somebody chose another name."""


class NoSuchCellError(Exception):
    """An id that nothing has; says where it was looked for."""


def cell_in(campaign: Campaign, number: str) -> Cell:
    """The cell of that id in a campaign. Raises NoSuchCellError."""
    for entry in Matrix(campaign).entries():
        for cell in _cells(entry):
            if cell.id == number:
                return cell
    raise NoSuchCellError(f"the campaign has no run {number}; its report tells which there are")


def _cells(entry: Entry) -> Iterator[Cell]:
    if isinstance(entry, Series):
        yield entry.probe
        yield from entry.cells(entry.most)
    else:
        yield entry


def cell_in_results(number: str, folder: Path) -> tuple[Campaign, Cell]:
    """The run of that id among the results in a folder's folders, and its campaign. Raises NoSuchCellError."""
    for results in sorted({folder, *(path.parent for path in folder.glob(f"{RESULTS}*/{JOURNAL}"))}):
        try:
            for outcome in read_outcomes(results):
                if outcome.id == number:
                    return read_header(results).campaign, outcome.cell
        except (OSError, JournalError):
            continue
    raise NoSuchCellError(
        f"no run {number} is among the results here ({RESULTS}*/); give the campaign too: "
        f"stuntcard campaign repeat {number} FILE"
    )

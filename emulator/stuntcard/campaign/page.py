"""The report as a page that needs nothing else: the matrix as a heat map, and each run that it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from stuntcard.campaign.journal import TRACES, read_header, read_outcomes, read_versions
from stuntcard.campaign.model import NO_FAULT
from stuntcard.campaign.outcome import Outcome, Verdict
from stuntcard.campaign.summary import repeat_line, summed
from stuntcard.pictures.draw import to_svg
from stuntcard.pictures.way import Point, picture_of_way
from stuntcard.profile.load import shipped_directory
from stuntcard.trace.events import TraceError
from stuntcard.trace.read import read_trace
from stuntcard.trace.story import StoryLine, tell

if TYPE_CHECKING:
    from jinja2 import Template

_MOST_OF_PASSED = 400
"""Runs that passed, of which the page has all there is to say; of the others, nobody looks at so many."""
_MOST_OF_OTHERS = 3000


@dataclass(slots=True)
class _Tile:
    """What one client made of one row."""

    outcomes: list[tuple[str, Verdict, int, bool, bool]] = field(default_factory=list)
    """Id, verdict, number in its series, whether the page has more of it, and whether its fault never struck."""

    def count(self, verdict: Verdict) -> int:
        """How many have this verdict."""
        return sum(1 for _, one, *_ in self.outcomes if one is verdict)


@dataclass(frozen=True, slots=True)
class _Run:
    """A run, with all there is to say of it."""

    outcome: Outcome
    repeat: str
    story: tuple[StoryLine, ...]
    way: str


def page(results: Path) -> Iterator[str]:
    """The page, bit by bit. Raises JournalError, or OSError."""
    header = read_header(results)
    outcomes = list(_without_output(results))
    told = _told(outcomes)
    clients = list(dict.fromkeys(outcome.cell.client for outcome in outcomes))
    rows: dict[tuple[str, ...], dict[str, _Tile]] = {}
    for outcome in outcomes:
        cell = outcome.cell
        fault = "" if cell.fault == NO_FAULT else cell.fault
        extra = ", ".join(filter(None, (cell.applet, cell.reader, f"seed {cell.seed}" if cell.seed else "")))
        row = rows.setdefault((cell.subject, extra, cell.task, fault), {client: _Tile() for client in clients})
        row[cell.client].outcomes.append(
            (outcome.id, outcome.verdict, cell.nth or 0, outcome.id in told, outcome.never_struck)
        )
    for row in rows.values():
        for tile in row.values():
            tile.outcomes.sort(key=lambda one: one[2])
    return _template().generate(
        style=_style(), title=header.campaign.title, text=header.campaign.text, versions=read_versions(results),
        sums=summed(outcomes), clients=clients, rows=rows, verdicts=list(Verdict),
        Verdict=Verdict, runs=_runs(results, told, header.file),
    )  # fmt: skip


def _without_output(results: Path) -> Iterator[Outcome]:
    for outcome in read_outcomes(results):
        yield outcome.model_copy(update={"steps": (), "way": ()})


def _told(outcomes: list[Outcome]) -> set[str]:
    """Those that the page has more of."""
    passed = [one.id for one in outcomes if one.verdict is Verdict.PASSED]
    others = [one.id for one in outcomes if one.verdict is not Verdict.PASSED]
    return {*passed[:_MOST_OF_PASSED], *others[:_MOST_OF_OTHERS]}


def _runs(results: Path, told: set[str], file: str) -> Iterator[_Run]:
    for outcome in read_outcomes(results):
        if outcome.id in told:
            yield _Run(outcome, repeat_line(outcome, file), _story(results, outcome.id), _way(outcome))


def _story(results: Path, number: str) -> tuple[StoryLine, ...]:
    try:
        trace = read_trace(results / TRACES / f"{number}.jsonl")
    except (OSError, TraceError):
        return ()
    return tuple(tell(trace.header, trace.events))


def _way(outcome: Outcome) -> str:
    if not outcome.way:
        return ""
    points = [Point(f"{one.command}: {one.after}", one.lines, one.look) for one in outcome.way]
    return to_svg(picture_of_way("The card's way", points))


@cache
def _template() -> Template:
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((files("stuntcard.campaign") / "page.html").read_text("utf-8"))


@cache
def _style() -> str:
    """The sheet that all pages of the project share."""
    packed = Path(str(files("stuntcard"))) / "_look"
    folder = packed if packed.is_dir() else shipped_directory().parent / "look"
    return (folder / "style.css").read_text("utf-8")

"""The matrix of a campaign: every meeting of a card, a client, a task and a fault, as a cell. Pure: nothing is run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from hashlib import sha256
from math import prod
from random import Random

from stuntcard.campaign.model import NO_FAULT, OWN, PLAIN, Campaign, EachCommand, Selection

MOST_CELLS = 200_000
"""More can't be meant."""
TOGETHER = " + "
"""What stands between rules that are set together."""
_ID_DIGITS = 12


class TooManyCellsError(ValueError):
    """A matrix that nobody would wait for; says how large it is, and what to do."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One meeting: what is run, and what disturbs it. One of `card` and `scenario` is there.

    `nth`: the fault is for this command alone, counted from 1, as one of a series.
    """

    card: str | None
    scenario: str | None
    applet: str
    reader: str
    client: str
    task: str
    fault: str = NO_FAULT
    nth: int | None = None
    seed: int = 0

    @property
    def id(self) -> str:
        """The cell's name, which comes from what it is made of alone."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()[:_ID_DIGITS]

    @property
    def subject(self) -> str:
        """The scenario, or the card that is fresh."""
        return self.scenario or str(self.card)

    @property
    def rules(self) -> tuple[str, ...]:
        """The faults' rules, as texts."""
        if self.fault == NO_FAULT:
            return ()
        return (f"nth={self.nth} {self.fault}",) if self.nth is not None else tuple(self.fault.split(TOGETHER))

    @property
    def title(self) -> str:
        """What it is made of, in a line."""
        fault = "" if self.fault == NO_FAULT else self.fault if self.nth is None else f"{self.fault} at {self.nth}"
        extra = (
            "" if self.applet == OWN else self.applet,
            "" if self.reader == PLAIN else self.reader,
            f"seed {self.seed}" if self.seed else "",
        )
        return ", ".join(filter(None, (self.subject, *extra, self.client, self.task, fault)))


@dataclass(frozen=True, slots=True)
class Series:
    """A fault for each command in turn; how many there are is known once `probe` has run."""

    rule: str
    most: int
    probe: Cell
    """The same without a fault."""

    def cells(self, commands: int) -> Iterator[Cell]:
        """The cells, of a client that sends so many commands."""
        for nth in range(1, min(commands, self.most) + 1):
            yield replace(self.probe, fault=self.rule, nth=nth)


@dataclass(frozen=True, slots=True)
class _Row:
    """A cell before its series is known: the last but one is an entry of `faults`."""

    subject: tuple[str | None, str | None]
    applet: str
    reader: str
    client: str
    task: str
    fault: str | tuple[str, EachCommand]
    seed: int


Entry = Cell | Series
Possible = Callable[[Cell], bool]


class Matrix:
    """The cells of a campaign, one after the other, without ever holding all of them."""

    def __init__(self, campaign: Campaign, possible: Possible = lambda _: True) -> None:
        """`possible` says whether there is such a card at all, which takes a look at its profile."""
        self._campaign = campaign
        self._possible = possible
        subjects = [(card, None) for card in campaign.cards] + [(None, name) for name in campaign.scenarios]
        self._axes: list[list[object]] = [
            list(subjects),
            list(campaign.applets),
            list(campaign.readers),
            list(campaign.clients),
            list(campaign.all_tasks),
            [fault for entry in campaign.faults for fault in _faults(entry)],
            list(campaign.seeds),
        ]
        self.size = prod(len(axis) for axis in self._axes)
        """How many there are, before any is left out; a series counts as one."""

    def values(self) -> dict[str, tuple[str, ...]]:
        """What cells are made of, by the names that a selection has."""
        cards, scenarios = self._campaign.cards, self._campaign.scenarios
        faults = (
            fault if isinstance(fault, str) else fault[0] for one in self._campaign.faults for fault in _faults(one)
        )
        return {
            "card": cards, "scenario": scenarios, "applet": self._campaign.applets, "reader": self._campaign.readers,
            "client": tuple(self._campaign.clients), "task": self._campaign.all_tasks, "fault": tuple(faults),
        }  # fmt: skip

    def entries(self) -> Iterator[Entry]:
        """The cells and series that the campaign wants. Raises TooManyCellsError before the first of too many."""
        for row in self._rows():
            entry = _entry(row)
            if self._wanted(entry):
                yield entry

    def _rows(self) -> Iterator[_Row]:
        if self._campaign.pairs:
            return self._pairs()
        sample = self._campaign.sample
        if sample is not None and sample < self.size:
            _refuse_more_than_most(sample)
            chosen = Random(self._campaign.seed).sample(range(self.size), sample)  # noqa: S311 - the same each time
            return (self._row(index) for index in sorted(chosen))
        _refuse_more_than_most(self.size)
        return (self._row(index) for index in range(self.size))

    def _row(self, index: int) -> _Row:
        values = []
        for axis in reversed(self._axes):
            index, at = divmod(index, len(axis))
            values.append(axis[at])
        return _Row(*reversed(values))  # type: ignore[arg-type]  # each axis has its own type

    def _pairs(self) -> Iterator[_Row]:
        from allpairspy import AllPairs

        def fits(row: list[object]) -> bool:
            return len(row) < len(self._axes) or self._wanted(_entry(_Row(*row)))  # type: ignore[arg-type]

        return (_Row(*values) for values in AllPairs(self._axes, filter_func=fits))

    def _wanted(self, entry: Entry) -> bool:
        cell = entry.probe if isinstance(entry, Series) else entry
        fault = entry.rule if isinstance(entry, Series) else entry.fault
        include, exclude = self._campaign.include, self._campaign.exclude
        if not covers(self._campaign.only, cell, fault):
            return False
        if include and not any(covers(one, cell, fault) for one in include):
            return False
        return not any(covers(one, cell, fault) for one in exclude) and self._possible(cell)


def covers(selection: Selection, cell: Cell, fault: str) -> bool:
    """Whether a cell has all that a selection says; `fault` is its fault, or the one of its series."""
    has = {**asdict(cell), "fault": fault}
    said = {name: pattern for name, pattern in selection.model_dump().items() if pattern is not None}
    return all(fnmatchcase(str(has[name] or ""), pattern) for name, pattern in said.items())


def _faults(entry: str | tuple[str, ...] | EachCommand) -> Iterator[str | tuple[str, EachCommand]]:
    if isinstance(entry, EachCommand):
        yield from ((rule, entry) for rule in entry.each_command)
    else:
        yield entry if isinstance(entry, str) else TOGETHER.join(entry)


def _entry(row: _Row) -> Entry:
    card, scenario = row.subject
    plain = Cell(card, scenario, row.applet, row.reader, row.client, row.task, seed=row.seed)
    if isinstance(row.fault, str):
        return replace(plain, fault=row.fault)
    rule, each = row.fault
    return Series(rule, each.most, plain)


def _refuse_more_than_most(count: int) -> None:
    if count > MOST_CELLS:
        raise TooManyCellsError(
            f"{count:,} cells are more than {MOST_CELLS:,}, the most that are run; take some of them: --sample NUMBER, "
            "--pairs, or fewer cards, clients, faults in the file"
        )

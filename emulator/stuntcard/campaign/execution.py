"""Runs the cells of a campaign on an executor, each once, whatever becomes of those who run them."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field

from stuntcard.campaign.cells import Cell, Entry, Series
from stuntcard.campaign.hosts import answer_to
from stuntcard.campaign.journal import Journal
from stuntcard.campaign.model import Campaign
from stuntcard.campaign.outcome import Ask, Outcome, Request, Verdict, Version, broken, job_of

_LOOK = 0.25
"""Seconds between two looks whether the campaign shall end."""
_TIMES = 3
"""So often a cell may be lost with a worker before it is given up."""


@dataclass(slots=True)
class Progress:
    """How far a campaign is."""

    total: int
    """Cells that are known of; those of a series come when its probe has run."""
    done: int = 0
    running: int = 0
    resumed: int = 0
    """Cells that were done before."""
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds_left(self) -> float | None:
        """As it went so far; None while nothing can be said."""
        new = self.done - self.resumed
        return (self.total - self.done) * (time.monotonic() - self.started) / new if new > 0 else None


Tell = Callable[[Progress, Outcome | None], None]


class ClientsMissingError(Exception):
    """Clients that can't be started; says which, and why."""


def ask_versions(campaign: Campaign, executor: Executor, names: Iterable[str]) -> list[Version]:
    """What the clients say of their versions. Raises ClientsMissingError."""
    asks = [Ask(name=one, client=campaign.clients[one], variables=campaign.variables) for one in sorted(names)]
    asked = [executor.submit(answer_to, Request(what=ask).model_dump_json()) for ask in asks]
    versions = [Version.model_validate_json(future.result()) for future in asked]
    refused = [f"{version.name}: {version.refused}" for version in versions if version.refused]
    if refused:
        raise ClientsMissingError("\n".join(refused))
    return versions


class Execution:
    """One campaign under way."""

    def __init__(self, campaign: Campaign, entries: Iterable[Entry], journal: Journal, tell: Tell) -> None:
        self._campaign = campaign
        self._journal = journal
        self._tell = tell
        self._series: dict[Cell, list[Series]] = {}
        plain: dict[Cell, None] = {}
        for entry in entries:
            if isinstance(entry, Series):
                self._series.setdefault(entry.probe, []).append(entry)
            else:
                plain[entry] = None
        self._waiting = deque([*self._series, *(cell for cell in plain if cell not in self._series)])
        self._lost: Counter[str] = Counter()
        self.progress = Progress(len(self._waiting))

    def clients(self) -> set[str]:
        """The clients that are needed."""
        return {cell.client for cell in self._waiting}

    def take_up(self, outcomes: Iterable[Outcome]) -> None:
        """Leaves out what has an outcome already."""
        for outcome in outcomes:
            self._unfold(outcome)
            self._count(outcome)
            self.progress.resumed += 1
        self._waiting = deque(cell for cell in self._waiting if cell.id not in self._journal.done)

    def run(self, executor: Executor, at_once: int, ended: Callable[[], bool] = lambda: False) -> bool:
        """Runs all of them, so many at once at most; False when it was ended before."""
        running: dict[Future[str], Cell] = {}
        while self._waiting or running:
            while self._waiting and len(running) < at_once:
                cell = self._waiting.popleft()
                running[executor.submit(answer_to, self._request(cell))] = cell
            self.progress.running = len(running)
            finished, _ = wait(running, timeout=_LOOK, return_when=FIRST_COMPLETED)
            if ended():
                for future in running:
                    future.cancel()
                return False
            taken = [self._taken(future, running.pop(future)) for future in finished]
            self._journal.sync()
            for outcome in filter(None, taken):
                self._tell(self.progress, outcome)
            self._tell(self.progress, None)
        self._journal.end()
        return True

    def _request(self, cell: Cell) -> str:
        count = tuple(series.rule for series in self._series.get(cell, ()))
        return Request(what=job_of(self._campaign, cell, count)).model_dump_json()

    def _taken(self, future: Future[str], cell: Cell) -> Outcome | None:
        """The outcome, written down; None where the cell has to be run again, or had one already."""
        try:
            outcome = Outcome.model_validate_json(future.result())
        except Exception as error:  # whatever a cluster says of a worker that is gone
            self._lost[cell.id] += 1
            if self._lost[cell.id] < _TIMES:
                self._waiting.append(cell)
                return None
            outcome = broken(cell, f"it was lost {_TIMES} times with its worker: {type(error).__name__}")
        if not self._journal.add(outcome):
            return None
        self._unfold(outcome)
        self._count(outcome)
        return outcome

    def _unfold(self, probe: Outcome) -> None:
        """The cells of the series that this one is the probe of."""
        if probe.verdict is Verdict.BROKEN:
            return
        for series in self._series.get(probe.cell, ()):
            cells = [one for one in series.cells(probe.counted[series.rule]) if one.id not in self._journal.done]
            new = _total(series, probe)
            self.progress.total += new
            self._waiting.extend(cells)

    def _count(self, outcome: Outcome) -> None:
        self.progress.done += 1
        self.progress.verdicts[outcome.verdict] += 1


def _total(series: Series, probe: Outcome) -> int:
    return min(probe.counted[series.rule], series.most)

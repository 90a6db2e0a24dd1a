"""A whole campaign: its file, its executor, its journal, from the beginning or from where it was ended, to its end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol, Self, cast

from stuntcard.campaign.cells import Cell, Entry, Matrix
from stuntcard.campaign.client import orphans_taken
from stuntcard.campaign.execution import Execution, Tell, ask_versions
from stuntcard.campaign.hosts import answer_to, end_hosts, rest
from stuntcard.campaign.journal import (
    Header,
    Journal,
    JournalError,
    is_complete,
    read_header,
    read_outcomes,
)
from stuntcard.campaign.load import NamedCampaign
from stuntcard.campaign.model import Campaign, Selection
from stuntcard.campaign.outcome import Outcome, Request, job_of
from stuntcard.campaign.subject import can_be

_A_PROCESSOR = 2
"""Runs a processor at once: a client waits for its card, and a card for its client."""


_PATIENCE = 10
"""Seconds that a scheduler may take to answer."""


_SHOWN = 20
"""Values that are named where one was given that there is not."""


class NothingToRunError(ValueError):
    """A campaign, or a part of it, without a run; says why."""


class ClusterError(Exception):
    """A cluster that can't be had; says why."""


class Cluster(Protocol):
    """What is used of Dask's client, which has no types."""

    def __enter__(self) -> Self:
        """Itself."""

    def __exit__(self, *_: object) -> None:
        """Parts from the scheduler."""

    def nthreads(self) -> dict[str, int]:
        """Threads by worker."""

    def get_executor(self, *, retries: int) -> Executor:
        """What runs functions on the workers."""

    def run(self, function: Callable[[], None]) -> object:
        """Calls a function on each worker."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where a campaign is run, and where its results go."""

    results: Path
    workers: int | None = None
    """Runs at once; None: as many as keep this machine, or the cluster, busy."""
    dask: str | None = None
    """The address of a Dask cluster's scheduler."""
    afresh: bool = False


def run_campaign(
    named: NamedCampaign, where: Where, tell: Tell, begun: Callable[[Execution], None], ended: Callable[[], bool]
) -> bool:
    """Runs what is not done yet; False when it was ended before.

    `begun` is called once it is known what there is to do, and `ended` asked now and then. Raises TooManyCellsError,
    NothingToRunError, ClientsMissingError, JournalError, ClusterError, or OSError when the results can't be written.
    """
    entries = entries_of(named.campaign)
    if not where.afresh and is_complete(where.results):
        _refuse_to_lose_more(named.campaign, where.results)
    with (
        Journal(where.results, Header(named.name, named.file, named.campaign), afresh=where.afresh) as journal,
        _executor(where) as (executor, at_once),
    ):
        execution = Execution(named.campaign, entries, journal, tell)
        if not journal.done:
            for version in ask_versions(named.campaign, executor, execution.clients()):
                journal.add_version(version)
        execution.take_up(read_outcomes(where.results))
        begun(execution)
        return execution.run(executor, at_once, ended)


def entries_of(campaign: Campaign) -> list[Entry]:
    """The cells and series that there are to run. Raises TooManyCellsError, NothingToRunError."""
    entries = list(Matrix(campaign, possible).entries())
    if not entries:
        raise NothingToRunError(
            "there is no run: `include`, `exclude`, --only, --sample and the applets that cards are seen through leave "
            "none"
        )
    return entries


def _refuse_to_lose_more(campaign: Campaign, results: Path) -> None:
    """Raises JournalError where the report that is there is of other runs than some that are chosen now."""
    former = read_header(results).campaign
    chosen = (campaign.only, campaign.sample, campaign.pairs)
    if chosen != (former.only, former.sample, former.pairs) and _narrows(campaign):
        raise JournalError(
            f"{results}: a finished report of other runs of this campaign is there, and would be lost; choose another "
            "folder with --results, or replace it with --afresh"
        )


def _narrows(campaign: Campaign) -> bool:
    return campaign.only != Selection() or campaign.sample is not None or campaign.pairs


def possible(cell: Cell) -> bool:
    """Whether there is such a card at all."""
    return can_be(cell.card, cell.scenario, cell.applet)


@contextmanager
def _executor(where: Where) -> Iterator[tuple[Executor, int]]:
    """What runs the cells, and how many at once."""
    if where.dask is not None:
        with _cluster(where.dask, where.workers) as found:
            yield found
        return
    workers = where.workers or _A_PROCESSOR * len(os.sched_getaffinity(0))
    with orphans_taken():
        executor = ThreadPoolExecutor(workers, "campaign")
        try:
            yield executor, workers
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            end_hosts()
            executor.shutdown()


@contextmanager
def _cluster(address: str, workers: int | None) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise ClusterError("--dask needs a package more: pip install 'stuntcard[dask]'") from error
    try:
        client = cast("Cluster", Client(address, timeout=_PATIENCE))  # type: ignore[no-untyped-call]
    except OSError as error:
        raise ClusterError(f"{address}: there is no scheduler of Dask: {error}") from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ClusterError(f"{address}: the cluster has no workers yet; start some: dask worker {address}")
        try:
            yield client.get_executor(retries=0), workers or _A_PROCESSOR * threads
        finally:
            client.run(rest)


def only(named: NamedCampaign, selections: Sequence[dict[str, str]]) -> NamedCampaign:
    """The campaign with those cells alone that all of these patterns cover. Raises ValueError for what is no such."""
    known = tuple(Selection.model_fields)
    merged: dict[str, str] = {}
    for one in selections:
        for name, pattern in one.items():
            if name not in known:
                raise ValueError(f"--only {name}={pattern}: expected one of {', '.join(known)} before the =")
            values = Matrix(named.campaign).values()[name]
            if not any(fnmatchcase(value, pattern) for value in values):
                more = f", and {len(values) - _SHOWN:,} more" if len(values) > _SHOWN else ""
                there = f"there are: {', '.join(values[:_SHOWN])}{more}" if values else "it has none"
                raise ValueError(f"--only {name}={pattern}: {named.name} has no such {name}; {there}")
            merged[name] = pattern
    if not merged:
        return named
    return replace(named, campaign=named.campaign.model_copy(update={"only": Selection.model_validate(merged)}))


def run_alone(campaign: Campaign, cell: Cell) -> Outcome:
    """What comes of one cell, on this machine."""
    with orphans_taken():
        try:
            return Outcome.model_validate_json(answer_to(Request(what=job_of(campaign, cell)).model_dump_json()))
        finally:
            end_hosts()

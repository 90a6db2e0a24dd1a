"""A whole campaign: its file, its executor, its journal, from the beginning or from where it was ended, to its end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self, cast

from stuntcard.campaign.cells import Cell, Matrix
from stuntcard.campaign.client import end_orphans, take_orphans
from stuntcard.campaign.execution import Execution, Tell, ask_versions
from stuntcard.campaign.hosts import answer_to, end_hosts, rest
from stuntcard.campaign.journal import Header, Journal, is_complete, put_aside, read_outcomes
from stuntcard.campaign.load import NamedCampaign
from stuntcard.campaign.model import Campaign
from stuntcard.campaign.outcome import Outcome, Request, job_of
from stuntcard.campaign.subject import can_be

_A_PROCESSOR = 2
"""Runs a processor at once: a client waits for its card, and a card for its client."""


_PATIENCE = 10
"""Seconds that a scheduler may take to answer."""


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
    ClientsMissingError, JournalError, ClusterError, or OSError when the results can't be written.
    """
    if where.afresh or is_complete(where.results):
        put_aside(where.results)
    entries = list(Matrix(named.campaign, possible).entries())
    with (
        Journal(where.results, Header(named.name, named.file, named.campaign)) as journal,
        _executor(where) as (executor, at_once),
    ):
        execution = Execution(named.campaign, entries, journal, tell)
        if not journal.done:
            for version in ask_versions(named.campaign, executor, execution.clients()):
                journal.add_version(version)
        execution.take_up(read_outcomes(where.results))
        begun(execution)
        return execution.run(executor, at_once, ended)


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
    take_orphans()
    executor = ThreadPoolExecutor(workers, "campaign")
    try:
        yield executor, workers
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        end_hosts()
        executor.shutdown()
        end_orphans()


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
    from dataclasses import replace

    from stuntcard.campaign.model import Selection

    known = tuple(Selection.model_fields)
    merged: dict[str, str] = {}
    for one in selections:
        for name, pattern in one.items():
            if name not in known:
                raise ValueError(f"--only {name}={pattern}: expected one of {', '.join(known)} before the =")
            merged[name] = pattern
    if not merged:
        return named
    return replace(named, campaign=named.campaign.model_copy(update={"only": Selection.model_validate(merged)}))


def run_alone(campaign: Campaign, cell: Cell) -> Outcome:
    """What comes of one cell, on this machine."""
    take_orphans()
    try:
        return Outcome.model_validate_json(answer_to(Request(what=job_of(campaign, cell)).model_dump_json()))
    finally:
        end_hosts()
        end_orphans()

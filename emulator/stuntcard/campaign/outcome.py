"""What is asked of a run (a job), and what came of it (an outcome): values that travel between machines as JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from stuntcard.campaign.cells import Cell
from stuntcard.campaign.model import NO_FAULT, Campaign, Client, Expect, Limits, Task, expected_of

_Count = Annotated[int, Field(ge=0)]


class Verdict(StrEnum):
    """What a run is worth."""

    PASSED = "passed"
    FAILED = "failed"
    FLAKY = "flaky"
    """It failed first, and passed when it was done again."""
    BROKEN = "broken"
    """It could not be done: there is no such card, or the client can't be started."""


class Kind(StrEnum):
    """What a judgement is about."""

    EXIT = "exit status"
    OUTPUT = "output"
    CARD = "card"
    SCENARIO = "scenario"
    PROOF = "proof"
    HANG = "no hang"
    CRASH = "no crash"
    AMOUNT = "no flood"
    CODE = "no code in the output"
    LEFT = "nothing left running"
    TRIES = "tries spent"
    LOST = "nothing lost"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Judgement(_Value):
    """One thing that a run must show: whether it did, and what was found."""

    kind: Kind
    expected: str
    met: bool
    found: str


class StepResult(_Value):
    """What became of one command; its codes are masked."""

    part: str
    """`before`, `run` or `proof`."""
    command: str
    ended: str
    """In words, as in `exit 0` or `signal SIGSEGV`."""
    seconds: float
    output: str


class WayPoint(_Value):
    """A state of the card on its way through a run, and the command that led to it."""

    command: _Count
    after: str
    lines: tuple[str, ...]
    look: str


class Job(_Value):
    """A cell with all that a run of it needs, wherever it is run."""

    cell: Cell
    client: Client
    task: Task
    expect: Expect
    under_fault: Expect
    """What is expected in place of that where a fault struck."""
    variables: dict[str, str]
    limits: Limits
    retries: _Count = 0
    count: tuple[str, ...] = ()
    """Rules without an occasion: how many commands they match is told."""


class Outcome(_Value):
    """What came of a cell."""

    id: str
    cell: Cell
    verdict: Verdict
    judgements: tuple[Judgement, ...] = ()
    reason: str = ""
    """Why it could not be done."""
    steps: tuple[StepResult, ...] = ()
    attempts: Annotated[int, Field(ge=1)] = 1
    commands: _Count = 0
    """That the card was sent."""
    struck: _Count = 0
    """How often faults did."""
    counted: dict[str, _Count] = {}
    """How many commands each rule that is counted would have struck."""
    seconds: float = 0.0
    """Of the last attempt, from its beginning to its end."""
    client_seconds: float = 0.0
    card_seconds: float = 0.0
    """That making the card took."""
    way: tuple[WayPoint, ...] = ()
    trace: tuple[str, ...] = ()
    """The masked conversation, as the lines of a trace's file."""

    @property
    def not_met(self) -> tuple[Judgement, ...]:
        """What it did not show."""
        return tuple(one for one in self.judgements if not one.met)

    @property
    def never_struck(self) -> bool:
        """Whether it was run with a fault that never struck."""
        return self.cell.fault != NO_FAULT and not self.struck and self.verdict is not Verdict.BROKEN

    @property
    def why(self) -> str:
        """What was wrong, in a line."""
        return self.reason or "; ".join(f"{one.kind}: {one.found}" for one in self.not_met)


def broken(cell: Cell, reason: str) -> Outcome:
    """The outcome of a cell that could not be run."""
    return Outcome(id=cell.id, cell=cell, verdict=Verdict.BROKEN, reason=reason)


def job_of(campaign: Campaign, cell: Cell, count: tuple[str, ...] = ()) -> Job:
    """All that a run of a cell needs."""
    task = campaign.task_of(cell.task, cell.client)
    return Job(
        cell=cell,
        client=campaign.clients[cell.client],
        task=task,
        expect=expected_of(campaign, cell.client, task, fault=False),
        under_fault=expected_of(campaign, cell.client, task, fault=True),
        variables=campaign.variables,
        limits=campaign.limits,
        retries=campaign.retries,
        count=count,
    )


class Ask(_Value):
    """Asks a client for its version."""

    name: str
    client: Client
    variables: dict[str, str]


VERSION_SECONDS = 30.0
"""A client has so long to say its version."""


class Version(_Value):
    """What a client says of its version; `refused`: why it can't be asked."""

    name: str
    text: str
    refused: str = ""


class Request(_Value):
    """What a host is asked to do."""

    what: Job | Ask

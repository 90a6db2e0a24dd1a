"""What the routes work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from cardtools.console.acts.values import Acted
from cardtools.console.looks import Looks
from cardtools.console.school.school import School
from cardtools.console.store.rows import EndedRow, TraineeRow
from cardtools.console.web.streams import Hub
from cardtools.console.web.visitors import Visitors
from cardtools.console.workers import Workers


class NotLetInError(Exception):
    """Who asks came by no link that leads here."""


class ClassEndedError(Exception):
    """Who asks had a link to a class that was ended."""

    def __init__(self, ended: EndedRow) -> None:
        super().__init__(ended.title)
        self.ended = ended


class LooksOnError(Exception):
    """The trainer, who looks on at a trainee's desk, can't act there."""

    def __init__(self, trainee: TraineeRow) -> None:
        super().__init__(trainee.name)
        self.trainee = trainee


class NoSuchPageError(Exception):
    """There is nothing under this address."""


@dataclass(frozen=True, slots=True)
class Console:
    """The console's parts."""

    school: School
    workers: Workers
    visitors: Visitors
    hub: Hub
    url: str
    ca_url: Callable[[], str]
    """Where the CA is, which is started with that if need be. Raises ConsoleError."""
    looks: Looks = field(default_factory=Looks)
    last_acted: dict[str, Acted] = field(default_factory=dict)
    """What came of the last act of each trainee, until the next."""


def console_of(request: Request) -> Console:
    """The console that a request is made to."""
    console: Console = request.app.state.console
    return console


def _trainer(request: Request, console: Annotated[Console, Depends(console_of)]) -> Console:
    if not console.visitors.is_trainer(request):
        raise NotLetInError
    return console


TheConsole = Annotated[Console, Depends(console_of)]
ForTrainer = Annotated[Console, Depends(_trainer)]
"""The console, for the trainer only."""

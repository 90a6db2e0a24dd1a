"""Who sits at a desk: its own trainee, or the trainer who looks over the shoulder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from cardtools.common.messages import Language
from cardtools.console.acts.values import Result, Work
from cardtools.console.school.school import Place
from cardtools.console.web.context import (
    ClassEndedError,
    Console,
    LooksOnError,
    NoSuchPageError,
    NotLetInError,
    TheConsole,
)
from cardtools.console.web.languages import language_of
from cardtools.console.web.visitors import desk_path

EXPERT_COOKIE = "console_expert"


@dataclass(frozen=True, slots=True)
class Desk:
    """A trainee's place, and how it is looked at. `looks_on`: the trainer looks, and acts nothing there."""

    console: Console
    place: Place
    language: Language
    expert: bool
    by_trainer: bool
    looks_on: bool

    @property
    def path(self) -> str:
        """Where its pages are."""
        return desk_path(self.place.trainee.id)

    @property
    def topic(self) -> str:
        """What its pages listen to."""
        return self.place.trainee.id

    def do(self, work: Work) -> Result:
        """Has work done with the card. Raises ConsoleError."""
        return self.console.workers.do(self.console.school.seat_of(self.place), work)

    def look(self) -> Result:
        """Has the card looked at, once for all pages that wait for it. Raises ConsoleError."""
        work = Work(kind="look", language=self.language)
        return self.console.looks.look(self.place.attempt.card, self.language, lambda: self.do(work))

    def changed(self, what: str) -> None:
        """Tells the pages of the trainee and of the trainer that there is something new."""
        self.console.hub.tell(self.topic, what)
        self.console.hub.tell(self.place.class_row.id, what)


def _desk(
    request: Request, console: TheConsole, trainee_id: Annotated[str, Path(alias="trainee", max_length=64)]
) -> Desk:
    trainee = console.school.registry.find_trainee(trainee_id)
    if trainee is None and (ended := console.visitors.ended_for(request)) is not None:
        raise ClassEndedError(ended)
    if trainee is None and console.visitors.is_trainer(request):
        raise NoSuchPageError
    # Whether there is such a desk is told to nobody who has no link to it.
    if trainee is None:
        raise NotLetInError
    by_trainer, by_trainee = console.visitors.is_trainer(request), console.visitors.is_trainee(request, trainee)
    if not by_trainer and not by_trainee:
        raise NotLetInError
    looks_on = not by_trainee and not console.school.is_practice(trainee)
    place = console.school.look_at(trainee) if looks_on else console.school.place_of(trainee)
    return Desk(
        console=console,
        place=place,
        language=language_of(request, place.class_row.language),
        expert=request.cookies.get(EXPERT_COOKIE) == "on",
        by_trainer=by_trainer and not place.class_row.practice,
        looks_on=looks_on,
    )


ADesk = Annotated[Desk, Depends(_desk)]
"""A desk, for whoever may see it."""


def _seat(desk: ADesk) -> Desk:
    if desk.looks_on:
        raise LooksOnError(desk.place.trainee)
    return desk


ASeat = Annotated[Desk, Depends(_seat)]
"""A desk, for whoever sits there and acts."""

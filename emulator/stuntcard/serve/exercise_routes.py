"""The API's routes for an exercise that is done on a card."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from stuntcard.serve.callers import CardSeen, CardToChange
from stuntcard.serve.exercise import Called, ExerciseSeen, ServedExercise
from stuntcard.serve.languages import InLanguage
from stuntcard.serve.problems import Problem, ProblemError, refusals
from stuntcard.serve.served_card import ServedCard

_REFUSALS = refusals(Problem.NOT_ALLOWED, Problem.NO_SUCH_CARD, Problem.NOT_FOUND, Problem.NOT_VALID)
router = APIRouter(prefix="/api/v1/cards/{id}/exercise", tags=["exercise"])


class ToldCodes(BaseModel):
    """The values that the trainee knows from the start, by the codes' ids."""

    codes: dict[str, str]


class Hint(BaseModel):
    """The next step of the way, and what it costs and risks."""

    hint: str | None


After = Annotated[
    int | None,
    Query(ge=0, le=10_000, description="How many hints were taken before: a request that is repeated takes none then."),
]


@router.get("", responses=_REFUSALS)
def exercise(card: CardSeen, messages: InLanguage) -> ExerciseSeen:
    """How the exercise stands."""
    return _exercise_on(card).seen(messages)


@router.get("/told", responses=_REFUSALS)
def told(card: CardToChange) -> ToldCodes:
    """What the trainee knows from the start."""
    return ToldCodes(codes=_exercise_on(card).told)


@router.post("/calls/{person}", responses=_REFUSALS)
def call(card: CardToChange, person: Annotated[str, Path(pattern="^[a-z]{1,20}$")], messages: InLanguage) -> Called:
    """Calls somebody; what is said, and the values of codes that are told."""
    called = _exercise_on(card).call(person, messages)
    if called is None:
        raise ProblemError(Problem.NOT_FOUND, f"nobody called '{person}' can be reached in this exercise")
    return called


@router.post("/hints", responses=_REFUSALS)
def hint(card: CardToChange, messages: InLanguage, after: After = None) -> Hint:
    """One more hint, which counts as taken; null when there is no more to tell."""
    return Hint(hint=_exercise_on(card).hint(messages, after))


def _exercise_on(card: ServedCard) -> ServedExercise:
    if card.exercise is None:
        raise ProblemError(Problem.NOT_FOUND, f"no exercise is done on the card '{card.id}'")
    return card.exercise

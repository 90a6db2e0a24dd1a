"""The API's routes for what cards can be made of."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from stuntcard.exercises.load import exercise_names
from stuntcard.serve.answers import ExerciseWithAnswers, with_answers
from stuntcard.serve.callers import Calling, Owner
from stuntcard.serve.choices import ExerciseChoice, ProfileChoice, ScenarioChoice, StoredChoice, exercises, profiles
from stuntcard.serve.choices import scenarios as all_scenarios
from stuntcard.serve.choices import stored_cards as all_stored_cards
from stuntcard.serve.languages import InLanguage
from stuntcard.serve.problems import Problem, ProblemError, refusals

router = APIRouter(prefix="/api/v1", tags=["what cards can be made of"])


class Profiles(BaseModel):
    """Models of cards."""

    profiles: list[ProfileChoice]


class Scenarios(BaseModel):
    """Troubles that a card can be in."""

    scenarios: list[ScenarioChoice]


class Exercises(BaseModel):
    """Exercises, each with the card that it begins with."""

    exercises: list[ExerciseChoice]


class StoredCards(BaseModel):
    """Cards in this user's store."""

    stored_cards: list[StoredChoice]


@router.get("/profiles")
def list_profiles(_: Calling) -> Profiles:
    """The models of cards."""
    return Profiles(profiles=profiles())


@router.get("/scenarios")
def list_scenarios(_: Calling, messages: InLanguage) -> Scenarios:
    """The troubles that a card can be in."""
    return Scenarios(scenarios=all_scenarios(messages))


@router.get("/exercises")
def list_exercises(_: Calling, messages: InLanguage) -> Exercises:
    """The exercises."""
    return Exercises(exercises=exercises(messages))


@router.get("/exercises/{name}", responses=refusals(Problem.NOT_ALLOWED, Problem.NOT_FOUND))
def tell_exercise(
    _: Owner,
    name: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", examples=["proid-q-pin-blocked"])],
    messages: InLanguage,
) -> ExerciseWithAnswers:
    """An exercise with its answers: the way, the traps, and what to explain."""
    if name not in exercise_names():
        raise ProblemError(Problem.NOT_FOUND, f"there is no exercise called '{name}'")
    return with_answers(name, messages)


@router.get("/stored-cards", responses=refusals(Problem.NOT_ALLOWED))
def list_stored_cards(_: Owner) -> StoredCards:
    """The stored cards."""
    return StoredCards(stored_cards=all_stored_cards())

"""The API's routes for what cards can be made of."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from stuntcard.serve.callers import Calling
from stuntcard.serve.choices import ExerciseChoice, ProfileChoice, ScenarioChoice, StoredChoice, exercises, profiles
from stuntcard.serve.choices import scenarios as all_scenarios
from stuntcard.serve.choices import stored_cards as all_stored_cards
from stuntcard.serve.languages import InLanguage

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


@router.get("/stored-cards")
def list_stored_cards(_: Calling) -> StoredCards:
    """The stored cards."""
    return StoredCards(stored_cards=all_stored_cards())

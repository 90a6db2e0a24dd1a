"""What cards can be made of, as the API and the page tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from stuntcard.exercises.load import NamedExercise, exercise_names, load_exercise
from stuntcard.messages import Messages
from stuntcard.profile.load import profiles_found
from stuntcard.scenario.load import NamedScenario, scenarios_found
from stuntcard.store.library import list_cards


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """A model of a card."""

    id: str
    name: str
    applets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScenarioChoice:
    """A trouble that a card can be in."""

    id: str
    profile: str
    title: str


@dataclass(frozen=True, slots=True)
class ExerciseChoice:
    """An exercise; `facts`: what of the source documents it teaches."""

    id: str
    profile: str
    title: str
    story: str
    minutes: int
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredChoice:
    """A stored card; `problem` says why it can't be used, where that is so."""

    name: str
    profile: str | None
    in_use: bool
    problem: str | None


def profiles() -> list[ProfileChoice]:
    """The models that come with Stuntcard, and one's own."""
    good, _ = profiles_found()
    return [ProfileChoice(profile.id, profile.name, profile.applets) for profile in good]


def scenarios(messages: Messages) -> list[ScenarioChoice]:
    """The scenarios that come with Stuntcard."""
    return [ScenarioChoice(one.name, one.profile.id, messages.of(one.scenario.title)) for one in _scenarios()]


def exercises(messages: Messages) -> list[ExerciseChoice]:
    """The exercises that come with Stuntcard."""
    return [
        ExerciseChoice(
            one.name,
            one.profile.id,
            messages.of(one.exercise.title),
            messages.of(one.exercise.story).strip(),
            one.exercise.minutes,
            one.exercise.facts,
        )
        for one in _exercises()
    ]


def stored_cards() -> list[StoredChoice]:
    """The cards in the store. Raises StoreError."""
    return [
        StoredChoice(card.name, card.stored.profile.id if card.stored else None, card.user is not None, card.problem)
        for card in list_cards()
    ]


@cache
def _scenarios() -> tuple[NamedScenario, ...]:
    return scenarios_found()[0]


@cache
def _exercises() -> tuple[NamedExercise, ...]:
    return tuple(load_exercise(name) for name in exercise_names())

"""Scenarios and exercises in lists. Nothing of cards is loaded for it: a list is to be there at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from stuntcard.messages import Messages

if TYPE_CHECKING:
    from stuntcard.exercises.load import NamedExercise
    from stuntcard.scenario.load import NamedScenario


def scenario_summary(named: NamedScenario) -> dict[str, object]:
    """A scenario, for JSON."""
    scenario = named.scenario
    return {
        "name": named.name,
        "profile": named.profile.id,
        "title": scenario.title.model_dump(),
        "source": list(scenario.source),
    }


def scenario_table(scenarios: Sequence[NamedScenario], messages: Messages) -> Iterator[str]:
    """Scenarios as a table in Markdown."""
    yield from _head(messages, "list-scenario", "list-what", "list-facts")
    for named in scenarios:
        scenario = named.scenario
        facts = ", ".join(scenario.source) or messages.text("list-assumed")
        yield f"| `{named.name}` | {messages.of(scenario.title)} | {facts} |"


def exercise_summary(named: NamedExercise) -> dict[str, object]:
    """An exercise, for JSON."""
    exercise = named.exercise
    return {
        "name": named.name,
        "profile": named.profile.id,
        "title": exercise.title.model_dump(),
        "minutes": exercise.minutes,
        "facts": list(exercise.facts),
    }


def exercise_table(exercises: Sequence[NamedExercise], messages: Messages) -> Iterator[str]:
    """Exercises as a table in Markdown."""
    yield from _head(messages, "list-exercise", "list-what", "list-minutes", "list-facts")
    for named in exercises:
        exercise = named.exercise
        yield f"| `{named.name}` | {messages.of(exercise.title)} | {exercise.minutes} | {', '.join(exercise.facts)} |"


def _head(messages: Messages, *columns: str) -> Iterator[str]:
    yield f"| {' | '.join(messages.text(column) for column in columns)} |"
    yield "|---" * len(columns) + "|"

"""An exercise with its answers, for the trainer who is to give it. No value of a code is in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from stuntcard.exercises.load import load_exercise
from stuntcard.exercises.start import ReadyExercise, make_ready
from stuntcard.messages import Messages
from stuntcard.serve.exercise import Explanation
from stuntcard.words.exercise import hint_lines


@dataclass(frozen=True, slots=True)
class TrapTold:
    """Something that should not be done, why, and the facts that it stands on. `fatal`: no way leads on from there."""

    title: str
    text: str
    fatal: bool
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExerciseWithAnswers:
    """All that there is to tell of an exercise before it is done."""

    id: str
    profile: str
    title: str
    story: str
    task: str
    minutes: int
    told: tuple[str, ...]
    """The codes whose values the trainee knows from the start."""
    calls: dict[str, str]
    """Who can be called, and what they say."""
    way: tuple[str, ...]
    """The hints, as they come one by one to who takes no other way: each a step, with what it costs and risks."""
    traps: tuple[TrapTold, ...]
    explain: tuple[Explanation, ...]


def with_answers(name: str, messages: Messages) -> ExerciseWithAnswers:
    """The exercise of that name, one that comes with Stuntcard. Raises NoSuchExerciseError."""
    ready = _ready(name)
    exercise = ready.named.exercise
    return ExerciseWithAnswers(
        id=ready.named.name,
        profile=ready.named.profile.id,
        title=messages.of(exercise.title),
        story=messages.of(exercise.story).strip(),
        task=messages.of(exercise.task).strip(),
        minutes=exercise.minutes,
        told=exercise.told,
        calls={person.value: messages.of(call.says).strip() for person, call in exercise.calls.items()},
        way=tuple("\n".join(hint_lines(ready, step, messages)) for step in ready.judge.way(ready.judge.start) or ()),
        traps=tuple(
            TrapTold(messages.of(trap.title).strip(), messages.of(trap.text).strip(), trap.fatal, trap.source)
            for trap in exercise.traps
        ),
        explain=tuple(Explanation(messages.of(note.text).strip(), note.source) for note in exercise.explain),
    )


@lru_cache(maxsize=64)
def _ready(name: str) -> ReadyExercise:
    return make_ready(load_exercise(name))

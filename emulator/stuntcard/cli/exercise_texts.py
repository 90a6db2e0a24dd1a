"""What the `exercise` commands write: exercises listed, shown and checked."""

from __future__ import annotations

import json
from typing import Literal

from stuntcard.exercises.load import exercise_names, load_exercise
from stuntcard.messages import messages_in
from stuntcard.profile.load import profile_names
from stuntcard.running.exercises import ExerciseRefusedError, proved_exercise, ready_exercise
from stuntcard.words.exercise import exercise_object, summary, table_lines, trainer_lines

ListForm = Literal["text", "json", "markdown"]


def listing(profile: str | None, language: str, form: ListForm) -> str:
    """The exercises that come with Stuntcard, of one profile or all. Raises ExerciseRefusedError."""
    messages = messages_in(language)
    if profile is not None and profile not in profile_names():
        profiles = ", ".join(profile_names())
        raise ExerciseRefusedError(messages.text("target-unknown", target=profile, profiles=profiles))
    found = [load_exercise(name) for name in exercise_names()]
    found = [named for named in found if profile in (None, named.profile.id)]
    if form == "json":
        return json.dumps([summary(named) for named in found], indent=2, ensure_ascii=False)
    if form == "markdown":
        return "\n".join(table_lines(found, messages))
    width = max((len(named.name) for named in found), default=0)
    return "\n".join(f"{named.name:{width}}  {messages.of(named.exercise.title)}" for named in found)


def shown(name: str, language: str, as_json: bool) -> str:
    """All that there is to tell of an exercise. Raises ExerciseRefusedError, or DocumentError."""
    messages = messages_in(language)
    ready = ready_exercise(name, messages)
    if as_json:
        return json.dumps(exercise_object(ready), indent=2, ensure_ascii=False)
    return "\n".join(trainer_lines(ready, messages))


def checked(name: str, language: str) -> str:
    """That an exercise is good: it can be solved, and lost. Raises ExerciseRefusedError, or DocumentError."""
    messages = messages_in(language)
    ready = proved_exercise(name, messages)
    steps = len(ready.judge.way(ready.judge.start) or ())
    return messages.text("exercise-good", file=name, card=ready.named.profile.name, steps=steps)

"""What the `exercise` commands write: exercises shown and checked."""

from __future__ import annotations

import json

from stuntcard.messages import messages_in
from stuntcard.running.exercises import proved_exercise, ready_exercise
from stuntcard.words.exercise import exercise_object, trainer_lines


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

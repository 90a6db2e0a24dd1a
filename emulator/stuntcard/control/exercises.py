"""What the trainee of a running exercise asks for: how it stands, hints, and calls."""

from __future__ import annotations

from stuntcard.control.errors import ControlError, SaidError
from stuntcard.control.languages import messages_for
from stuntcard.control.requests import CallRequest, ExerciseAnswer, ExerciseRequest, HintRequest, LinesAnswer
from stuntcard.exercises.judge import Progress
from stuntcard.exercises.live import LiveAttempt
from stuntcard.exercises.model import Person
from stuntcard.messages import Messages
from stuntcard.words.exercise import hint_lines, judgement_lines, people, value_lines

ExerciseRequests = ExerciseRequest | HintRequest | CallRequest


def answer(attempt: LiveAttempt | None, request: ExerciseRequests) -> ExerciseAnswer | LinesAnswer:
    """Does what is asked. Raises ControlError when that can't be; it says why."""
    if attempt is None:
        raise SaidError(lambda messages: messages.text("refused-no-exercise"))
    messages = messages_for(request)
    match request:
        case ExerciseRequest():
            return _standing(attempt, messages)
        case HintRequest():
            return LinesAnswer(_hint(attempt, messages))
        case CallRequest(person):
            return LinesAnswer(_called(attempt, person, messages))


def _standing(attempt: LiveAttempt, messages: Messages) -> ExerciseAnswer:
    judgement = attempt.judgement()
    return ExerciseAnswer(
        attempt.ready.named.name,
        judgement.progress.value,
        round(attempt.seconds, 1),
        judgement.missing,
        {sprung.trap: round(sprung.at, 1) for sprung in judgement.traps},
        dict(judgement.tries_spent),
        judgement.hints,
        tuple(judgement_lines(attempt.ready, judgement, messages)),
    )


def _hint(attempt: LiveAttempt, messages: Messages) -> tuple[str, ...]:
    step = attempt.hint()
    if step is None:
        lost = attempt.judgement().progress is Progress.LOST
        return (messages.text("hint-too-late" if lost else "hint-no-more"),)
    first, *others = hint_lines(attempt.ready, step, messages)
    return (messages.text("hint", step=first), *(f"  {line}" for line in others))


def _called(attempt: LiveAttempt, name: str, messages: Messages) -> tuple[str, ...]:
    exercise = attempt.ready.named.exercise
    person = next((one for one in Person if one.value == name), None)
    if person is None or person not in exercise.calls:
        raise ControlError(messages.text("exercise-no-call", people=people(exercise.calls, messages)))
    told = attempt.call(person)
    said = messages.of(exercise.calls[person].says).strip()
    return (said, *(f"  {line}" for line in value_lines(attempt.ready.named, told, messages)))

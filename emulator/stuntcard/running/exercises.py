"""Has a trainee attempt an exercise on a card that runs, and tells what comes of it."""

from __future__ import annotations

from collections.abc import Callable

from stuntcard.applets.registry import AppletChoiceError
from stuntcard.exercises.judge import Progress
from stuntcard.exercises.live import LiveAttempt
from stuntcard.exercises.load import NoSuchExerciseError, load_exercise
from stuntcard.exercises.proof import findings
from stuntcard.exercises.start import ReadyExercise, make_ready
from stuntcard.messages import Messages
from stuntcard.running.choices import RunOptions
from stuntcard.running.making import ReaderOnDesk
from stuntcard.scenario.build import UnreachableError
from stuntcard.words.exercise import clock_time, explanation_lines, judgement_lines, sprung_lines
from stuntcard.words.state import why_no_such_state


class ExerciseRefusedError(Exception):
    """What was asked for can't be done; says why, and what to do."""


def ready_exercise(name: str, messages: Messages) -> ReadyExercise:
    """An exercise by name or path. Raises ExerciseRefusedError, or DocumentError for what is wrong in a file."""
    try:
        return make_ready(load_exercise(name))
    except NoSuchExerciseError as error:
        raise ExerciseRefusedError(str(error)) from error
    except UnreachableError as error:
        reason = why_no_such_state(error.profile, error.conflict, messages)
        raise ExerciseRefusedError(f"{name}: {reason}") from error
    except OSError as error:
        raise ExerciseRefusedError(f"{name}: can't be read: {error.strerror}") from error


def proved_exercise(name: str, messages: Messages) -> ReadyExercise:
    """An exercise that can be solved, and whose traps can be walked into. Raises as `ready_exercise`."""
    ready = ready_exercise(name, messages)
    wrong = tuple(findings(ready))
    if wrong:
        raise ready.named.document.error(wrong)
    return ready


def begun(ready: ReadyExercise, applet: str | None = None) -> tuple[ReaderOnDesk, LiveAttempt]:
    """A reader with a card of the exercise, and an attempt at it that begins now. Raises ExerciseRefusedError.

    `applet`: what programs see, if not the profile's first command set.
    """
    try:
        card = ready.new_card(applet)
    except AppletChoiceError as error:
        raise ExerciseRefusedError(f"--applet {applet}: {error}") from error
    attempt = LiveAttempt(ready, card)
    options = RunOptions(faults=ready.named.start.scenario.rules)
    return ReaderOnDesk(ready.named.profile.id, card, options, attempt=attempt), attempt


def commented(attempt: LiveAttempt, messages: Messages, tell: Callable[[str], None]) -> None:
    """Has each trap and the solution told as it comes."""
    last = [attempt.attempt]

    def look() -> None:
        now = attempt.attempt
        for sprung in now.traps[len(last[0].traps) :]:
            tell("\n".join(sprung_lines(attempt.ready, sprung, messages)))
        if now.solved_at is not None and last[0].solved_at is None:
            tell(messages.text("progress-solved", time=clock_time(now.solved_at)))
        last[0] = now

    attempt.on_change(look)


def concluded(attempt: LiveAttempt, messages: Messages) -> tuple[str, ...]:
    """What came of the attempt and, unless it is still open, what is to be explained."""
    judgement = attempt.judgement()
    lines = tuple(judgement_lines(attempt.ready, judgement, messages))
    over = judgement.progress is not Progress.OPEN
    return (*lines, "", *explanation_lines(attempt.ready, messages)) if over else lines

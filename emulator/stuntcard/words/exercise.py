"""Exercises in words: the story for the trainee, the answers for the trainer, and how an attempt stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from stuntcard.exercises.judge import Judgement, Progress, TrapSprung, WayStep
from stuntcard.exercises.load import NamedExercise
from stuntcard.exercises.model import Person, Trap
from stuntcard.exercises.start import ReadyExercise
from stuntcard.messages import Messages
from stuntcard.words.advice import step_lines
from stuntcard.words.listing import exercise_summary

_PEOPLE = {
    Person.HOLDER: "person-holder",
    Person.OFFICE: "person-office",
    Person.HELPLINE: "person-helpline",
    Person.POST: "person-post",
}
_PROGRESS = {
    Progress.OPEN: "progress-open",
    Progress.SOLVED: "progress-solved",
    Progress.LOST: "progress-lost",
}


def story_lines(ready: ReadyExercise, messages: Messages) -> Iterator[str]:
    """What the trainee is told at the start."""
    exercise = ready.named.exercise
    yield f"{ready.named.name}: {messages.of(exercise.title)}"
    yield f"{_card(ready.named, messages)} {messages.counted('exercise-minutes', exercise.minutes)}."
    yield ""
    yield messages.of(exercise.story).strip()
    yield ""
    yield f"{messages.text('exercise-task')}: {messages.of(exercise.task).strip()}"
    if ready.told:
        yield f"{messages.text('exercise-told')}:"
        yield from (f"  {line}" for line in value_lines(ready.named, ready.told, messages))
    if exercise.calls:
        yield messages.text("exercise-calls", people=people(exercise.calls, messages))


def next_lines(ready: ReadyExercise, card: str, in_shell: bool, messages: Messages) -> Iterator[str]:
    """What the trainee may type next; `in_shell`: the exercise has a program of its own, such as a shell."""
    commands = {"cardmanager show": "exercise-next-look"}
    if not in_shell:
        commands = {f'eval "$(stuntcard env {card})"': "exercise-next-shell", **commands}
    commands |= {
        f"stuntcard exercise call {person.value}": "exercise-next-call" for person in ready.named.exercise.calls
    }
    commands |= {"stuntcard exercise hint": "exercise-next-hint", "stuntcard exercise status": "exercise-next-status"}
    commands["exit" if in_shell else "Ctrl-C"] = "exercise-next-end"
    width = max(map(len, commands))
    yield f"{messages.text('exercise-next')}:"
    yield from (f"  {command:{width}}  {messages.text(key)}" for command, key in commands.items())


def trainer_lines(ready: ReadyExercise, messages: Messages) -> Iterator[str]:
    """All that there is to tell: the story, the way, the traps, and what to explain."""
    exercise = ready.named.exercise
    yield from story_lines(ready, messages)
    for person, call in exercise.calls.items():
        yield f"  {messages.text(_PEOPLE[person])}: {messages.of(call.says).strip()}"
        yield from (f"    {line}" for line in value_lines(ready.named, ready.told_by(person), messages))
    yield from ("", f"{messages.text('exercise-way')}:")
    for number, step in enumerate(ready.judge.way(ready.judge.start) or (), 1):
        first, *others = hint_lines(ready, step, messages)
        yield f"  {number}. {first}"
        yield from (f"     {line}" for line in others)
    if exercise.traps:
        yield from ("", f"{messages.text('exercise-traps')}:")
        yield from (f"  - {line}" for trap in exercise.traps for line in [_trap(trap, messages)])
    yield from ("", *explanation_lines(ready, messages))


def explanation_lines(ready: ReadyExercise, messages: Messages) -> Iterator[str]:
    """What to explain afterwards."""
    yield f"{messages.text('exercise-explain')}:"
    for note in ready.named.exercise.explain:
        facts = f" [{', '.join(note.source)}]" if note.source else ""
        yield f"  - {messages.of(note.text).strip()}{facts}"


def hint_lines(ready: ReadyExercise, way_step: WayStep, messages: Messages) -> Iterator[str]:
    """A step of the way, and what it costs and risks. Keys are called by their identifiers, as programs show them."""
    return step_lines(ready.named.profile, way_step.step, messages, way_step.key, way_step.fatal)


def value_lines(named: NamedExercise, values: Mapping[str, str], messages: Messages) -> Iterator[str]:
    """The values of codes."""
    for code, value in values.items():
        name = messages.of(named.profile.codes[code].name)
        yield messages.text("exercise-code", code=name, value=value)


def judgement_lines(ready: ReadyExercise, judgement: Judgement, messages: Messages) -> Iterator[str]:
    """How an attempt stands."""
    solved_at = judgement.solved_at
    time = {"time": clock_time(solved_at)} if solved_at is not None else {}
    yield messages.text(_PROGRESS[judgement.progress], **time)
    if judgement.progress is Progress.OPEN:
        yield messages.counted("exercise-missing", judgement.missing)
    for sprung in judgement.traps:
        yield from sprung_lines(ready, sprung, messages)
    for code, number in judgement.tries_spent.items():
        yield messages.counted("exercise-tries", number, code=messages.of(ready.named.profile.codes[code].name))
    if judgement.hints:
        yield messages.counted("exercise-hints", judgement.hints)


def sprung_lines(ready: ReadyExercise, sprung: TrapSprung, messages: Messages) -> Iterator[str]:
    """A trap that was walked into, and what is to be learnt of it."""
    trap = next(trap for trap in ready.named.exercise.traps if trap.id == sprung.trap)
    yield messages.text("exercise-sprung", time=clock_time(sprung.at), title=messages.of(trap.title).strip())
    yield f"  {messages.of(trap.text).strip()}"


def people(persons: Collection[Person], messages: Messages) -> str:
    """Whom one can call."""
    return ", ".join(messages.text(_PEOPLE[person]) for person in persons) or messages.text("exercise-nobody")


def clock_time(seconds: float) -> str:
    """Minutes and seconds, as in 3:07."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def exercise_object(ready: ReadyExercise) -> dict[str, object]:
    """All that there is to tell of an exercise, for JSON: the answers too."""
    exercise = ready.named.exercise
    steps = [one.step for one in ready.judge.way(ready.judge.start) or ()]
    return {
        **exercise_summary(ready.named),
        "story": exercise.story.model_dump(),
        "task": exercise.task.model_dump(),
        "told": ready.told,
        "calls": {
            person.value: {"says": call.says.model_dump(), "tells": ready.told_by(person)}
            for person, call in exercise.calls.items()
        },
        "way": [{"who": step.who, "do": step.action.kind.value, "code": step.action.code} for step in steps],
        "traps": [
            {"id": trap.id, "title": trap.title.model_dump(), "text": trap.text.model_dump(), "fatal": trap.fatal}
            for trap in exercise.traps
        ],
        "explain": [{"text": note.text.model_dump(), "source": list(note.source)} for note in exercise.explain],
    }


def _card(named: NamedExercise, messages: Messages) -> str:
    return f"{messages.text('exercise-card', card=named.profile.name)}."


def _trap(trap: Trap, messages: Messages) -> str:
    said = [messages.of(trap.title).strip(), messages.of(trap.text).strip()]
    if trap.fatal:
        said.append(messages.text("exercise-fatal"))
    facts = f" [{', '.join(trap.source)}]" if trap.source else ""
    return " ".join(said) + facts

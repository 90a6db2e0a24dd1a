"""The `exercise` commands: a story, a card in trouble, and a judge; for trainers and their trainees."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.completion import complete_applet, complete_exercise, complete_profile, complete_running_card
from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.groups import new_group
from stuntcard.cli.options import JsonOption, LanguageOption
from stuntcard.cli.run import PROGRAM, WithProgram

if TYPE_CHECKING:
    from stuntcard.control.client import RunningCard
    from stuntcard.messages import Messages
    from stuntcard.running.choices import ReaderChoice
    from stuntcard.running.making import ReaderOnDesk

exercise_app = new_group(
    "Exercises for trainees: a story, a card in trouble, and a judge; docs/exercises.md.", mainly="start"
)

NameArgument = Annotated[
    str,
    typer.Argument(
        help="An exercise (see `stuntcard exercise list`), or a YAML file's path.", autocompletion=complete_exercise
    ),
]
CardArgument = Annotated[
    str | None,
    typer.Argument(
        help="The exercise's card, by its name; absent: this shell's, or the only one with one.",
        autocompletion=complete_running_card,
        show_default=False,
    ),
]
_NOT_SOLVED = 1


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.add_typer(exercise_app, name="exercise")


@exercise_app.command("list")
def list_exercises(
    profile: Annotated[
        str | None, typer.Argument(help="A profile's id; absent: of all cards.", autocompletion=complete_profile)
    ] = None,
    language: LanguageOption = "",
    as_json: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write a table in Markdown.")] = False,
) -> None:
    """List the exercises that come with Stuntcard.

    Example: stuntcard exercise list eobcanka --language cs
    """
    from stuntcard.cli.listing import exercise_listing

    typer.echo(exercise_listing(profile, language, "json" if as_json else "markdown" if markdown else "text"))


@exercise_app.command()
def show(name: NameArgument, language: LanguageOption = "", as_json: JsonOption = False) -> None:
    """Show all of an exercise to its trainer: the story, and also the way, the traps and what to explain.

    Example: stuntcard exercise show tokenme-621-right-order --language sl
    """
    from stuntcard.cli.exercise_texts import shown

    with _refusals():
        text = shown(name, language, as_json)
    typer.echo(text)


@exercise_app.command()
def check(
    exercises: Annotated[
        list[str], typer.Argument(help="YAML files, or exercises' names.", autocompletion=complete_exercise)
    ],
    language: LanguageOption = "",
) -> None:
    """Check exercises: their form, that each can be solved, and that each of its traps can be walked into.

    Example: stuntcard exercise check my-exercise.yaml
    """
    from stuntcard.cli.exercise_texts import checked

    with _refusals():
        lines = [checked(name, language) for name in exercises]
    typer.echo("\n".join(lines))


@exercise_app.command()
def schema() -> None:
    """Write the JSON Schema of exercises, for editors that check and complete YAML.

    Example: stuntcard exercise schema > exercise.schema.json
    """
    from stuntcard.exercises.model import Exercise

    typer.echo(json.dumps(Exercise.model_json_schema(by_alias=True), indent=2))


@exercise_app.command(cls=WithProgram, options_metavar="[OPTIONS] NAME [-- COMMAND...]")
def start(
    context: typer.Context,
    name: NameArgument,
    reader: Annotated[
        str, typer.Option(help="Without a COMMAND: pcsc (an own PC/SC socket) or vpcd[:HOST[:PORT]].")
    ] = "pcsc",
    applet: Annotated[
        str | None,
        typer.Option(
            help="What programs see first; without it, the card's own.", metavar="NAME", autocompletion=complete_applet
        ),
    ] = None,
    language: LanguageOption = "",
) -> None:
    """Tell the story, run the card, and judge what becomes of it: for one COMMAND, such as a shell, or until Ctrl-C.

    Ends with 0 if the exercise is solved, and with 1 if not, or with the COMMAND's own status.

    Example: stuntcard exercise start proid-q-pin-blocked -- bash
    """
    from stuntcard.messages import messages_in
    from stuntcard.running.choices import ReaderChoiceError, parse_reader
    from stuntcard.running.exercises import begun, commented, concluded, ready_exercise
    from stuntcard.words.exercise import next_lines, story_lines

    with failing(ReaderChoiceError):
        choice = parse_reader(reader)
    with _refusals():
        messages = messages_in(language)
        on_desk, attempt = begun(ready_exercise(name, messages), applet)
    program = context.meta.get(PROGRAM)
    may_type = next_lines(attempt.ready, on_desk.name, bool(program), messages)
    typer.echo("\n".join((*story_lines(attempt.ready, messages), "", *may_type, "")))
    commented(attempt, messages, lambda line: typer.echo(line, err=True))
    ended_with = _served(on_desk, choice, program, messages)
    typer.echo("\n".join(concluded(attempt, messages)), err=bool(program))
    raise typer.Exit(ended_with or (0 if attempt.attempt.solved_at is not None else _NOT_SOLVED))


def _served(on_desk: ReaderOnDesk, choice: ReaderChoice, program: Sequence[str] | None, messages: Messages) -> int:
    """Runs the card for the program, whose exit status it gives, or until Ctrl-C."""
    with failing(OSError, code=ExitCode.UNAVAILABLE, prefix="the card can't be served: "):
        if program:
            from stuntcard.running.program import exec_at_desk

            return exec_at_desk([on_desk], program)
        from stuntcard.running.serving import run_desk

        run_desk([on_desk], choice, messages)
        return 0


@exercise_app.command()
def status(card: CardArgument = None, language: LanguageOption = "", as_json: JsonOption = False) -> None:
    """Say how a running exercise stands: solved, open or lost, traps, tries spent, hints taken.

    Example: stuntcard exercise status --language cs
    """
    from stuntcard.control.client import send
    from stuntcard.control.requests import ExerciseAnswer, ExerciseRequest

    running = _running(card, language)
    with _refusals(language):
        answer = send(running, ExerciseRequest(language=language), ExerciseAnswer)
    typer.echo(json.dumps(asdict(answer), indent=2, ensure_ascii=False) if as_json else "\n".join(answer.text))


@exercise_app.command()
def hint(card: CardArgument = None, language: LanguageOption = "") -> None:
    """Take one more hint: the next step of the way from the card as it is now, with what it costs and risks.

    Example: stuntcard exercise hint
    """
    from stuntcard.control.client import send
    from stuntcard.control.requests import HintRequest, LinesAnswer

    running = _running(card, language)
    with _refusals(language):
        lines = send(running, HintRequest(language=language), LinesAnswer).lines
    typer.echo("\n".join(lines))


@exercise_app.command()
def call(
    person: Annotated[str, typer.Argument(help="Whom to call: holder, office, helpline or post.")],
    card: CardArgument = None,
    language: LanguageOption = "",
) -> None:
    """Call somebody of the story of a running exercise, who may know a code.

    Example: stuntcard exercise call post
    """
    from stuntcard.control.client import send
    from stuntcard.control.requests import CallRequest, LinesAnswer

    running = _running(card, language)
    with _refusals(language):
        lines = send(running, CallRequest(person, language=language), LinesAnswer).lines
    typer.echo("\n".join(lines))


def _running(name: str | None, language: str) -> RunningCard:
    """The card that is meant: by its name, as the shell's own, or as the only one with an exercise."""
    from stuntcard.control.client import running_cards, the_running_card
    from stuntcard.control.errors import ControlError
    from stuntcard.messages import messages_in

    with failing(ControlError, OSError, language=language):
        if name is not None:
            return the_running_card(name)
        cards = running_cards()
    cards = _of_this_shell(cards) or cards
    if len(cards) == 1:
        return cards[0]
    with_exercise = [card for card in cards if _has_exercise(card)]
    if not with_exercise:
        fail(messages_in(language).text("exercise-none-runs"))
    if len(with_exercise) > 1:
        names = ", ".join(card.name for card in with_exercise)
        fail(messages_in(language).text("exercise-several-run", names=names))
    return with_exercise[0]


def _of_this_shell(cards: Sequence[RunningCard]) -> tuple[RunningCard, ...]:
    """The cards that programs find which are started here."""
    from stuntcard.running.pcsc import SOCKET_VARIABLE

    socket = os.environ.get(SOCKET_VARIABLE)
    return tuple(card for card in cards if socket and card.pcsc_socket == Path(socket))


def _has_exercise(card: RunningCard) -> bool:
    from stuntcard.control.client import send
    from stuntcard.control.errors import ControlError
    from stuntcard.control.requests import ExerciseAnswer, ExerciseRequest

    try:
        send(card, ExerciseRequest(), ExerciseAnswer)
    except (ControlError, OSError):
        return False
    return True


@contextmanager
def _refusals(language: str = "") -> Iterator[None]:
    """Ends the command when an exercise can't be used, or its card refuses what it is asked."""
    from stuntcard.control.errors import ControlError
    from stuntcard.messages import UnknownLanguageError
    from stuntcard.profile.document import DocumentError
    from stuntcard.running.exercises import ExerciseRefusedError

    bad_input = failing(ExerciseRefusedError, DocumentError, UnknownLanguageError)
    with bad_input, failing(ControlError, OSError, code=ExitCode.REFUSED, language=language):
        yield

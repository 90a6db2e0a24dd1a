"""The command `cardconsole`. It imports what it needs when it runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cardtools.common.command import run_app, with_option_groups
from cardtools.common.exit_codes import ExitCode
from cardtools.common.groups import group_class
from cardtools.common.options import VersionOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardtools.common.messages import Messages
    from cardtools.console.serving import Begun, ReadPlan

_PORT = 8630
_HOST = "127.0.0.1"
_FOLDER_VARIABLE = "CARDCONSOLE_HOME"

app = typer.Typer(
    cls=group_class(mainly="class"),
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Open no browser; the link is written.")]


@dataclass(frozen=True, slots=True)
class ServingOptions:
    """Where the console is served, and what it works with."""

    host: Annotated[str, typer.Option(help="The address to listen on.", metavar="ADDRESS")] = _HOST
    port: Annotated[int, typer.Option(help="The port to listen on; 0 for a free one.", min=0, max=65535)] = _PORT
    no_browser: NoBrowser = False
    ca: Annotated[
        str | None, typer.Option("--ca", help="A CA that runs already; else one is started when needed.", metavar="URL")
    ] = None
    folder: Annotated[
        Path | None, typer.Option(help="Where classes are kept; else in your own folder for state.", metavar="DIR")
    ] = None


@app.callback()
@with_option_groups
def run(context: typer.Context, *, serving: ServingOptions, version: VersionOption = False) -> None:  # noqa: ARG001
    """Exercises with cards in trouble: a page for you, a link for each trainee, and a board where you see all live.

    Without a command it begins with all exercises and classes. It starts the emulator by itself where none runs.
    """
    context.obj = serving
    if context.invoked_subcommand is None:
        _serve(serving, None)


@app.command("class")
def class_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="A YAML file with the class: title, exercises, trainees.", metavar="FILE")
    ],
    no_browser: NoBrowser = False,
) -> None:
    """Hold a class, or go on with it where it was broken off.

    Other options stand before the command.

    Example: cardconsole --port 8630 class november.yaml
    """
    from cardtools.console.school.plan_file import read_plan, text_of

    try:
        raw = text_of(file)
    except OSError as error:
        typer.echo(f"{file} can't be read: {error.strerror}. Check the name, and whether you may read it.", err=True)
        raise typer.Exit(ExitCode.BAD_INPUT) from None
    chosen: ServingOptions = context.obj
    if no_browser:
        chosen = replace(chosen, no_browser=True)
    _serve(chosen, lambda known: read_plan(file.name, raw, known), file)


def _serve(chosen: ServingOptions, read: ReadPlan | None, file: Path | None = None) -> None:
    import gc
    import webbrowser

    from cardtools.common.listener import is_loopback
    from cardtools.common.messages import Messages, language_of
    from cardtools.console.errors import ConsoleError
    from cardtools.console.school.plan_file import PlanError
    from cardtools.console.serving import Options, serve

    # Commands that end soon do without; this one serves for long.
    gc.enable()
    messages = Messages(language_of(), "console")

    runs: list[Begun] = []

    def ready(begun: Begun) -> None:
        runs.append(begun)
        typer.echo(messages.text("serving", url=begun.url, link=begun.link))
        for line in _said(begun, messages):
            typer.echo(line)
        if not chosen.no_browser:
            webbrowser.open(begun.link)

    if not is_loopback(chosen.host):
        typer.echo(messages.text("open-to-others", host=chosen.host), err=True)
    try:
        serve(Options(chosen.folder or _own_folder(), chosen.host, chosen.port, chosen.ca), read, ready)
    except KeyboardInterrupt:
        for begun in runs:
            _say_what_is_kept(begun, chosen, file, messages)
    except PlanError as error:
        typer.echo("\n".join([messages.told(error), *error.lines(messages)]), err=True)
        raise typer.Exit(error.exit_code) from None
    except ConsoleError as error:
        typer.echo(messages.told(error), err=True)
        raise typer.Exit(error.exit_code) from None


def _said(begun: Begun, messages: Messages) -> Iterator[str]:
    """What else is to be known at the beginning."""
    if begun.held is not None and begun.held.goes_on:
        row = begun.held.class_row
        yield messages.text("class-goes-on", title=row.title, begun=f"{row.made:%Y-%m-%d %H:%M}")
    if begun.held is not None and begun.held.joined:
        yield messages.text("class-joined", names=", ".join(begun.held.joined))
    if begun.shared is not None:
        yield messages.text("emulator-shared", url=begun.shared)


def _say_what_is_kept(begun: Begun, chosen: ServingOptions, file: Path | None, messages: Messages) -> None:
    """At the end: that nothing is lost, and the command that goes on."""
    import contextlib

    kept, held = begun.kept(), begun.held and begun.held.class_row
    # A terminal that was closed takes no farewell.
    with contextlib.suppress(OSError):
        if held in kept:
            typer.echo(messages.text("class-kept", title=held.title, command=_command(begun, chosen, file)))
        elif kept:
            typer.echo(messages.text("classes-kept", command=_command(begun, chosen, None)))


def _command(begun: Begun, chosen: ServingOptions, file: Path | None) -> str:
    """The command that goes on under the address that trainees' links have."""
    import shlex

    port = int(begun.url.rpartition(":")[2])
    given = {
        "--host": chosen.host if chosen.host != _HOST else None,
        "--port": port if port != _PORT else None,
        "--ca": chosen.ca,
        "--folder": chosen.folder,
    }
    options = [str(word) for name, value in given.items() if value is not None for word in (name, value)]
    return shlex.join(["cardconsole", *options, *(["class", str(file)] if file is not None else [])])


def _own_folder() -> Path:
    import os

    from platformdirs import user_state_path

    chosen = os.environ.get(_FOLDER_VARIABLE)
    return Path(chosen) if chosen else user_state_path("stuntcard-console", appauthor=False)


def main() -> None:
    """The entry point of the `cardconsole` command."""
    run_app(app, "cardconsole")

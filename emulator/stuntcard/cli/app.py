"""The `stuntcard` command, put together from the modules of its commands."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from typer.core import TyperGroup

from stuntcard.cli.completion import asked_by_bash, complete_in_bash
from stuntcard.cli.streams import OutputError, end_where_nothing_can_be_written, write_all_that_can_be

_ABOUT = "A stunt double for smart cards: the card side of signature cards and tokens, in software."


def main() -> None:
    """The entry point of the `stuntcard` command, once Ctrl-C ends it quietly."""
    write_all_that_can_be()
    # Typer takes milliseconds to make each command ready, asked for or not, and `exec` shall not wait for others.
    command = exec_alone() if sys.argv[1:2] == ["exec"] else all_commands()
    try:
        if asked_by_bash():
            complete_in_bash(command)
        else:
            command()
    except OutputError as found:
        end_where_nothing_can_be_written(found.error)
    except OSError as error:
        end_where_nothing_can_be_written(error)


def all_commands() -> typer.Typer:
    """All commands, in the order of `--help`."""
    from stuntcard.cli import (
        actor,
        advise,
        campaign,
        card,
        desk_file,
        exercise,
        explore,
        live,
        profile,
        profiles,
        run,
        running_cards,
        scenario,
        serve,
        status,
        trace,
        windows,
    )
    from stuntcard.cli.groups import group_class

    app = _app(completion=True, cls=group_class(mainly="run"))
    app.callback()(_options)
    for module in (
        profiles, profile, run, desk_file, serve, status, running_cards, actor, advise, explore, trace, card, live,
        scenario, exercise, campaign, windows,
    ):  # fmt: skip
        module.add_to(app)
    return app


def exec_alone() -> typer.Typer:
    """`exec` alone, ready in the shortest time."""
    from stuntcard.cli.run import add_exec_to

    app = _app(completion=False)
    app.callback()(_no_options)
    add_exec_to(app)
    return app


def _app(*, completion: bool, cls: type[TyperGroup] | None = None) -> typer.Typer:
    return typer.Typer(
        cls=cls,
        no_args_is_help=True,
        add_completion=completion,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help=_ABOUT,
    )


def _no_options() -> None:
    """Tells Typer that what comes first is a command's name, also where there is one command only."""


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"stuntcard {version('stuntcard')}")
        raise typer.Exit


def _options(
    _: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """What stands before a command's name."""

"""What scripts ask of cards that run: the commands `wait`, `env` and `stop`."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.options import LanguageOption, RunningCardArgument


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.command()(wait)
    app.command()(env)
    app.command()(stop)


def wait(
    card: RunningCardArgument,
    timeout: Annotated[
        float, typer.Option(help="Give up after so many seconds, with status 69.", min=0, metavar="SECONDS")
    ] = 30,
) -> None:
    """Wait until a card runs and programs can use it.

    Example: stuntcard wait proid-q --timeout 10
    """
    from stuntcard.control.client import await_running_card
    from stuntcard.control.errors import NotRunningError, SeveralRunningError

    with failing(NotRunningError, OSError, code=ExitCode.UNAVAILABLE), failing(SeveralRunningError):
        await_running_card(card, timeout)


def env(card: RunningCardArgument = "") -> None:
    """Write what a program's environment needs, for it to see a running card, as a line for the shell.

    Example: eval "$(stuntcard env proid-q)"
    """
    from stuntcard.control.client import the_running_card
    from stuntcard.control.errors import ControlError
    from stuntcard.running.pcsc import SOCKET_VARIABLE

    with failing(ControlError, OSError):
        running = the_running_card(card)
    socket = running.pcsc_socket
    if socket is None:
        fail(f"{running.name} lies in vpcd's reader; programs reach it through pcscd, and need no variable")
    typer.echo(f"export {SOCKET_VARIABLE}={shlex.quote(str(socket))}")


def stop(card: RunningCardArgument = "", language: LanguageOption = "") -> None:
    """End a running card, and with it all that lie on the same desk. One that is served over HTTP ends alone.

    Example: stuntcard stop proid-q
    """
    from stuntcard.control.client import end, the_running_card
    from stuntcard.control.errors import ControlError
    from stuntcard.messages import messages_in

    with failing(ControlError, OSError, language=language):
        running = the_running_card(card)
    with failing(ControlError, OSError, code=ExitCode.UNAVAILABLE, language=language):
        ended = end(running)
    typer.echo(messages_in(language).text("done-ended", cards=", ".join(ended)))

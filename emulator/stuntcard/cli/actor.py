"""The `actor` command: somebody off the card acts on a running card."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.completion import complete_act, complete_actor
from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.options import LanguageOption, RunningCardArgument

if TYPE_CHECKING:
    from stuntcard.messages import Messages


def add_to(app: typer.Typer) -> None:
    """Adds the command to the others."""
    settings = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command(no_args_is_help=True, context_settings=settings)(actor)


def actor(
    context: typer.Context,
    card: RunningCardArgument,
    actor: Annotated[
        str,
        typer.Argument(help="Who acts: an actor of the card's profile, such as office.", autocompletion=complete_actor),
    ],
    act: Annotated[
        str, typer.Argument(help="What the actor does, such as set-identification.", autocompletion=complete_act)
    ],
    language: LanguageOption = "",
) -> None:
    """Have somebody off the card act on a running card: the office, the helpline.

    Values of codes are asked for; `--CODE VALUE` gives one on the command line, where other users may see it.

    Example: stuntcard actor eobcanka office set-identification --dok 1111 --iok 2222
    """
    from stuntcard.control.client import send, the_running_card
    from stuntcard.control.errors import ControlError
    from stuntcard.control.requests import ActRequest, CodesAnswer, CodesRequest, DoneAnswer
    from stuntcard.messages import messages_in

    with failing(ControlError, OSError, language=language):
        running = the_running_card(card)
        needed = send(running, CodesRequest(actor, act, language=language), CodesAnswer).codes
        values = _values(needed, context.args, messages_in(language))
    with failing(ControlError, OSError, code=ExitCode.REFUSED, language=language):
        done = send(running, ActRequest(actor, act, values, language=language), DoneAnswer).done
    typer.echo(done)


def _values(needed: tuple[str, ...], options: list[str], messages: Messages) -> dict[str, str]:
    """The values given as `--CODE VALUE`, the others asked for. Fails for options that are no such code."""
    given: dict[str, str] = {}
    rest = list(options)
    while rest:
        word, *rest = rest
        name, equals, value = word.partition("=")
        if equals:
            rest = [value, *rest]
        code = name.removeprefix("--")
        if not name.startswith("--") or code not in needed or not rest:
            wanted = " ".join(f"--{item} …" for item in needed) or messages.text("actor-no-options")
            shown = name if name.startswith("--") else messages.text("actor-bare-word")
            fail(messages.text("actor-not-understood", given=shown, wanted=wanted))
        given[code], *rest = rest
    for code in needed:
        if code not in given:
            given[code] = _asked(code, messages)
    return given


def _asked(code: str, messages: Messages) -> str:
    """The value that the user types: unseen at a terminal, or the next line of what is piped in."""
    if not sys.stdin.isatty():
        if not (line := sys.stdin.readline()):
            fail(messages.text("actor-no-value", code=code))
        return line.rstrip("\n")
    from getpass import getpass

    return getpass(f"{code}: ")

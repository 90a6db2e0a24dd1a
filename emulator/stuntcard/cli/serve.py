"""The `serve` command: cards over HTTP, with a page that shows them as they live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.completion import complete_named_card
from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.language import language_option

if TYPE_CHECKING:
    from stuntcard.messages import Messages
    from stuntcard.serve.cards import Cards

_EXTRA = (
    "`stuntcard serve` needs more Python packages than are here; install them with: pip install 'stuntcard[console]'"
)


def add_to(app: typer.Typer) -> None:
    """Adds the command to the others."""
    app.command()(serve)


def serve(
    cards: Annotated[
        list[str] | None,
        typer.Argument(
            help="Cards to begin with: a profile for a fresh one, card:NAME for a stored one; NAME=CARD names it.",
            autocompletion=complete_named_card,
            metavar="[CARD]...",
            show_default=False,
        ),
    ] = None,
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 7816,
    host: Annotated[
        str, typer.Option(help="The address to listen on. Any but this machine's own is open to others.")
    ] = ("127.0.0.1"),
    language: Annotated[str, language_option("What is told here, is told in en, cs or sl; pages have a switch.")] = "",
) -> None:
    """Serve cards over HTTP, and a page that shows them as they live, until Ctrl-C; docs/http-api.md has all.

    Example: stuntcard serve proid-q
    """
    try:
        from stuntcard.serve.server import AlreadyServedError
        from stuntcard.serve.serving import ServingError, serve_cards
        from stuntcard.store.errors import StoreError
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] == "stuntcard":
            raise
        fail(_EXTRA, ExitCode.UNAVAILABLE)
    from stuntcard.messages import messages_in

    messages = messages_in(language)
    _warn_of_others(host, messages)
    with failing(ServingError, AlreadyServedError, StoreError, OSError, code=ExitCode.UNAVAILABLE):
        serve_cards(host, port, lambda served: _begin_with(served, cards or []), typer.echo, messages)


def _begin_with(served: Cards, words: list[str]) -> None:
    from pydantic import ValidationError

    from stuntcard.running.plan import plan_of
    from stuntcard.serve import plans
    from stuntcard.serve.problems import ProblemError

    for word in words:
        plan = plan_of(word)
        try:
            served.make(plan.name, plans.plan_of(str(plan.card)))
        except ValidationError:
            fail(f"{word}: expected a profile's id or card:NAME, with NAME= before it for a name")
        except ProblemError as error:
            fail(f"{word}: {error.detail}")


def _warn_of_others(host: str, messages: Messages) -> None:
    from ipaddress import ip_address

    try:
        if ip_address(host).is_loopback:
            return
    except ValueError:
        if host == "localhost":
            return
    typer.echo(messages.text("served-to-others", host=host), err=True)

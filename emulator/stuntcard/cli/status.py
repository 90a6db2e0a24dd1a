"""The `status` command: the cards that run now."""

from __future__ import annotations

import json

import typer

from stuntcard.cli.exit import ExitCode, failing
from stuntcard.cli.options import JsonOption, LanguageOption


def add_to(app: typer.Typer) -> None:
    """Adds the command to the others."""
    app.command()(status)


def status(language: LanguageOption = "", as_json: JsonOption = False) -> None:
    """Show the cards that run now, and readers without one, with every code's state and tries.

    Example: stuntcard status --json
    """
    from stuntcard.control.client import running_cards

    with failing(OSError, code=ExitCode.UNAVAILABLE):
        cards = running_cards()
    if as_json:
        shown = [
            {"name": card.name, "pcsc_socket": str(card.pcsc_socket) if card.pcsc_socket else None, **card.status}
            for card in cards
        ]
        typer.echo(json.dumps(shown, indent=2))
        return
    from stuntcard.messages import messages_in

    messages = messages_in(language)
    if not cards:
        typer.echo(messages.text("stands-none-runs", card="proid-q"))
        return
    from stuntcard.cli.printing import print_status

    for card in cards:
        print_status(card, messages)

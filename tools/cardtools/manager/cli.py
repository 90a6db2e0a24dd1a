"""The command line of the card manager. Each family of commands has a module of its own."""

from __future__ import annotations

import io
import sys

import typer

from cardtools.manager import (
    claim_command,
    code_commands,
    delete_commands,
    devices_command,
    export_command,
    holder_command,
    import_commands,
    show_command,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A card manager: see what is on the card in the reader, change and unblock codes, put certificates on it.",
)
for family in (
    devices_command, show_command, holder_command, code_commands, import_commands, export_command, delete_commands,
    claim_command,
):  # fmt: skip
    family.add_to(app)


def main() -> None:
    """The entry point of the `cardmanager` command."""
    # A terminal that knows no Czech letters shall still show the rest; and bytes that are no text are no code.
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="cardmanager")

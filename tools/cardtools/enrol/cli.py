"""The command `enrol`."""

from __future__ import annotations

import sys

import typer

from cardtools.enrol import certificate_commands, request_commands, settings_commands
from cardtools.enrol.errors import ExitCode

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Ask a CA for certificates to keys made on a card or token, put them there, renew them, and tidy up.",
)
request_commands.add_to(app)
certificate_commands.add_to(app)
settings_commands.add_to(app)


def main() -> None:
    """The entry point of the `enrol` command."""
    try:
        app()
    except KeyboardInterrupt:  # outside of any step
        sys.exit(ExitCode.INTERRUPTED)


if __name__ == "__main__":
    main()

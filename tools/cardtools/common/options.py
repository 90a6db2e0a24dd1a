"""The options that the tools' commands have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cardtools.common.exit_codes import ExitCode

if TYPE_CHECKING:
    from cardtools.common.messages import Language


def _print_version(context: typer.Context, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"{context.info_name} {version('stuntcard')}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", help="Show the version, and end.", callback=_print_version, is_eager=True)
]
ReaderOption = Annotated[
    str | None, typer.Option(help="Use the card in this reader; needed when several have one.", metavar="NAME")
]
ModuleOption = Annotated[
    Path | None, typer.Option(help="OpenSC's PKCS#11 module, when it is in no usual place.", metavar="FILE")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON, for scripts.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask whether to do it.")]


def chosen_language(option: str | None) -> Language | None:
    """The language that `--language` names. Raises typer.Exit, and says why, for one that the tools do not speak."""
    from cardtools.common.messages import Language, language_of

    try:
        return None if option is None else language_of(option)
    except ValueError:
        typer.echo(f"--language {option}: expected one of {', '.join(Language)}", err=True)
        raise typer.Exit(ExitCode.BAD_INPUT) from None

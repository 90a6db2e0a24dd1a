"""The options that the commands of this tool have in common, beside those of all tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LanguageOption = Annotated[
    str | None, typer.Option(help="Speak en, cs or sl; else as the settings, LC_ALL or LANG say.", metavar="LANGUAGE")
]
CaOption = Annotated[
    str | None, typer.Option("--ca", help="The CA's address; else as the settings say.", metavar="URL")
]
StdinOption = Annotated[
    bool, typer.Option("--stdin", help="Read codes from standard input, a line each as they are asked for: PIN, QPIN.")
]
CodesFileOption = Annotated[
    Path | None,
    typer.Option(
        "--codes-file",
        help="Read codes from a file of lines `pin: value` and `qpin: value`, which only you may read (mode 0600).",
        metavar="FILE",
    ),
]
RequestArgument = Annotated[
    str, typer.Argument(help="A request's number, BP and ten digits; see `enrol check`.", metavar="ID")
]

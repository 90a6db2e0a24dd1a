"""The options that the commands have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ReaderOption = Annotated[
    str | None, typer.Option(help="Use the card in this reader; needed when several have one.", metavar="NAME")
]
LanguageOption = Annotated[
    str | None, typer.Option(help="Speak en, cs or sl; else as the settings, LC_ALL or LANG say.", metavar="LANGUAGE")
]
ModuleOption = Annotated[
    Path | None, typer.Option(help="OpenSC's PKCS#11 module, when it is in no usual place.", metavar="FILE")
]
CaOption = Annotated[
    str | None, typer.Option("--ca", help="The CA's address; else as the settings say.", metavar="URL")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON, for scripts.")]
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
YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask whether to do it.")]
RequestArgument = Annotated[
    str, typer.Argument(help="A request's number, BP and ten digits; see `enrol check`.", metavar="ID")
]

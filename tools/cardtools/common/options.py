"""The options that the tools' commands have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ReaderOption = Annotated[
    str | None, typer.Option(help="Use the card in this reader; needed when several have one.", metavar="NAME")
]
ModuleOption = Annotated[
    Path | None, typer.Option(help="OpenSC's PKCS#11 module, when it is in no usual place.", metavar="FILE")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON, for scripts.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask whether to do it.")]

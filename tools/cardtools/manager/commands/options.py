"""The arguments and options that several commands of the card manager have, beside those of all tools."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cardtools.common.options import ModuleOption


class Form(StrEnum):
    """How a file is written."""

    PEM = "pem"
    DER = "der"


ReaderOption = Annotated[
    str | None,
    typer.Option(
        help="Use the card in this reader, or the one that shows an application of this name, such as HPC-Entry; "
        "needed when several readers have a card.",
        metavar="NAME",
    ),
]
LanguageOption = Annotated[
    str | None, typer.Option(help="Speak en, cs or sl; else as LC_ALL or LANG says.", metavar="LANGUAGE")
]
StdinOption = Annotated[
    bool,
    typer.Option("--stdin", help="Read codes from standard input: a line each as they are asked for, new ones twice."),
]
CodesFileOption = Annotated[
    Path | None,
    typer.Option(
        "--codes-file",
        help="Read codes from a file of lines `pin: value` and `new-pin: value`, which only you may read (mode 0600).",
        metavar="FILE",
    ),
]
CodeArgument = Annotated[
    str, typer.Argument(help="A code's name, such as PIN; `cardmanager show` lists them.", metavar="CODE")
]
IdentifierArgument = Annotated[
    str,
    typer.Argument(help="The key's or certificate's identifier; `cardmanager devices` shows it.", metavar="ID"),
]
OptionalIdentifier = Annotated[
    str | None,
    typer.Argument(help="A key's or certificate's identifier; without one, the whole card.", metavar="[ID]"),
]
LabelOption = Annotated[str | None, typer.Option(help="What it is called on the card.", metavar="TEXT")]


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """Which card a command is about that needs no PKCS#11 module."""

    reader: ReaderOption = None
    language: LanguageOption = None


@dataclass(frozen=True, slots=True)
class CardOptions(ReaderOptions):
    """Which card a command is about, and how it is reached."""

    module: ModuleOption = None


@dataclass(frozen=True, slots=True)
class CodeOptions:
    """Where codes come from; a terminal without any."""

    stdin: StdinOption = False
    codes_file: CodesFileOption = None

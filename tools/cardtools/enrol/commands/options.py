"""The arguments and options that several commands of `enrol` have, beside those of all tools."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cardtools.common.options import ModuleOption, ReaderOption

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


@dataclass(frozen=True, slots=True)
class CardOptions:
    """Which card a command is about, where its codes come from, and how it is reached."""

    reader: ReaderOption = None
    stdin: StdinOption = False
    codes_file: CodesFileOption = None
    module: ModuleOption = None
    language: LanguageOption = None


@dataclass(frozen=True, slots=True)
class ApplicantOptions:
    """Who asks for a certificate; what is left out is asked for."""

    name: Annotated[str | None, typer.Option(help="The applicant's name; for a seal, the organisation's.")] = None
    e_mail: Annotated[str | None, typer.Option(help="The applicant's e-mail address.")] = None
    organisation: Annotated[str | None, typer.Option(help="The organisation that the applicant works for.")] = None
    surname: Annotated[
        str | None, typer.Option(help="The applicant's surname, where it is not the last word of the name.")
    ] = None
    identifier: Annotated[
        str | None,
        typer.Option(help="What tells the applicant from others: IDCCZ-123456789, or for a seal NTRCZ-12345678."),
    ] = None


@dataclass(frozen=True, slots=True)
class OldKeyOptions:
    """Which certificate is to be renewed: one on a card, or one in a file."""

    serial: Annotated[
        str | None, typer.Option(help="The serial number of the certificate to renew; `enrol serial` shows it.")
    ] = None
    from_file: Annotated[
        Path | None, typer.Option("--from", help="The old certificate with its key, as PKCS#12.", metavar="FILE")
    ] = None

"""man_pages.py FOLDER: writes a manual page for each command, from what the command says of itself.

What stands in a page stands in the code: the commands' docstrings and options, and the exit codes' docstrings.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import cast

import cardtools.ca.cli
import cardtools.common.exit_codes
import cardtools.console.cli
import cardtools.enrol.cli
import cardtools.manager.cli
import stuntcard.cli.exit
import typer
from stuntcard.cli.app import all_commands
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True)
class Program:
    """A command as typer knows it, and what it may end with."""

    name: str
    app: typer.Typer
    exit_codes: type[IntEnum]


PROGRAMS = (
    Program("stuntcard", all_commands(), stuntcard.cli.exit.ExitCode),
    Program("cardmanager", cardtools.manager.cli.app, cardtools.common.exit_codes.ExitCode),
    Program("enrol", cardtools.enrol.cli.app, cardtools.common.exit_codes.ExitCode),
    Program("cardconsole", cardtools.console.cli.app, cardtools.common.exit_codes.ExitCode),
    Program("cardtools-ca", cardtools.ca.cli.app, cardtools.common.exit_codes.ExitCode),
)
_EXAMPLE = "Example: "
_COMPLETION = ("--install-completion", "--show-completion")
"""Typer's own options, of which each command has the same two; their help differs from shell to shell."""


def page(program: Program) -> str:
    """The manual page of a command, in roff."""
    group = cast(TyperGroup, typer.main.get_command(program.app))
    context = typer.Context(group, info_name=program.name)
    about = group.help or ""
    options = list(_parameters(group, context))
    lines = [
        r".\" Written by make/man_pages.py from what the command says of itself; `make docs` writes it again.",
        f'.TH {program.name.upper()} 1 "" "Stuntcard {version("stuntcard")}" "Stuntcard"',
        ".SH NAME",
        rf"{_text(program.name)} \- {_text(_summary(about))}",
        ".SH SYNOPSIS",
        rf"\fB{_text(program.name)}\fR [\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGS\fR]...",
        ".SH DESCRIPTION",
        *_paragraphs(about),
        *([".SH OPTIONS", *options] if options else []),
        ".SH COMMANDS",
        *(line for command, within in _commands(group, context) for line in _section(command, within)),
        ".SH EXIT STATUS",
        *_exit_status(program.exit_codes),
        ".SH SEE ALSO",
        ", ".join(rf"\fB{_text(other.name)}\fR(1)" for other in PROGRAMS if other is not program),
    ]
    return "\n".join(lines) + "\n"


def _commands(group: TyperGroup, context: typer.Context) -> Iterator[tuple[TyperCommand, typer.Context]]:
    """Every command that does something, each with the context that knows its full name."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        within = typer.Context(command, info_name=name, parent=context)
        if isinstance(command, TyperGroup):
            yield from _commands(command, within)
        else:
            yield cast(TyperCommand, command), within


def _section(command: TyperCommand, context: typer.Context) -> list[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    return [
        f'.SS "{_text(context.command_path)} {_text(usage)}"',
        *_paragraphs(command.help or ""),
        *_parameters(command, context),
    ]


def _parameters(command: TyperCommand | TyperGroup, context: typer.Context) -> Iterator[str]:
    """Arguments and options, without those that every command has."""
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is None or parameter.name == "help" or set(parameter.opts) & set(_COMPLETION):
            continue
        names, text = record
        yield from (".TP", rf"\fB{_text(names)}\fR", _text(text) or r"\&")


def _exit_status(codes: type[IntEnum]) -> Iterator[str]:
    yield from (".TP", r"\fB0\fR", "Done.")
    said = _docstrings_of_members(codes)
    for code in codes:
        yield from (".TP", rf"\fB{code.value}\fR", _text(said[code.name]))


def _docstrings_of_members(codes: type[IntEnum]) -> dict[str, str]:
    """What stands below each member in the source, which Python itself does not keep; else the name in words."""
    [enum] = ast.parse(inspect.getsource(codes)).body
    assert isinstance(enum, ast.ClassDef)
    said = {code.name: code.name.replace("_", " ").capitalize() + "." for code in codes}
    for member, below in pairwise(enum.body):
        match member, below:
            case ast.Assign(targets=[ast.Name(name)]), ast.Expr(value=ast.Constant(value=str(text))):
                said[name] = " ".join(text.split())
    return said


def _summary(help_text: str) -> str:
    """Its first sentence as NAME has it: in small letters, without the full stop."""
    first = help_text.split(":")[0].split(". ")[0].strip().rstrip(".")
    return first[0].lower() + first[1:]


def _paragraphs(help_text: str) -> Iterator[str]:
    paragraphs = [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", help_text.strip())]
    for number, words in enumerate(paragraphs):
        if number:
            yield ".PP"
        if words.startswith(_EXAMPLE):
            yield from ("Example:", ".PP", ".EX", f"    {_text(words.removeprefix(_EXAMPLE))}", ".EE")
        else:
            yield _text(words)


def _text(words: str) -> str:
    """Words that roff takes for nothing else; what stands in backticks is set bold."""
    safe = words.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
    safe = re.sub("`([^`]+)`", r"\\fB\1\\fR", safe)
    return re.sub(r"^([.'])", r"\\&\1", safe)


def main() -> None:
    """Writes all pages into the folder that is named."""
    if len(sys.argv) != 2:
        sys.exit("Which folder do the pages go to? Give it, as in: man_pages.py docs/man")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for program in PROGRAMS:
        (folder / f"{program.name}.1").write_text(page(program), encoding="utf-8")


if __name__ == "__main__":
    main()

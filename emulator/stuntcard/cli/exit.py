"""How a command ends: its exit codes, and the one way to fail, with a message and no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn

import typer


class ExitCode(IntEnum):
    """What a command ends with; `exec` hands on its COMMAND's own."""

    REFUSED = 1
    """What was asked was understood, but not done; or what was looked at is not as it should be."""
    BAD_INPUT = 2
    """What was typed, or a file that was named, can't be used."""
    UNAVAILABLE = 69
    """EX_UNAVAILABLE of sysexits.h: a socket, a card or a service can't be had."""
    NOT_WRITTEN = 74
    """EX_IOERR of sysexits.h: what the command has to say can't be written, as to a full disk."""
    INTERRUPTED = 130
    """What a shell says of a program that Ctrl-C ended."""


def fail(message: str, code: ExitCode = ExitCode.BAD_INPUT) -> NoReturn:
    """Says on standard error what is wrong, and ends the command."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


@contextmanager
def failing(*errors: type[Exception], code: ExitCode = ExitCode.BAD_INPUT, prefix: str = "") -> Iterator[None]:
    """Has these errors say themselves what is wrong, behind `prefix`, and end the command."""
    try:
        yield
    except errors as error:
        fail(f"{prefix}{error}", code)

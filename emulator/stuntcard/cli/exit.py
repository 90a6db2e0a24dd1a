"""How a command ends: its exit codes, and the one way to fail, with a message and no traceback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, NoReturn, Protocol, runtime_checkable

import typer

if TYPE_CHECKING:
    from stuntcard.messages import Messages


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


@runtime_checkable
class _InWords(Protocol):
    """An error that is said in every language."""

    def in_words(self, messages: Messages) -> str: ...


@contextmanager
def failing(
    *errors: type[Exception], code: ExitCode = ExitCode.BAD_INPUT, prefix: str = "", language: str = ""
) -> Iterator[None]:
    """Has these errors say themselves what is wrong, behind `prefix`, and end the command.

    `language`: its code; without one, the environment's.
    """
    try:
        yield
    except errors as error:
        said = _said(error, language)
        fail(said if said.startswith(prefix) else f"{prefix}{said}", code)


def _said(error: Exception, language: str) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if not isinstance(error, _InWords):
        return str(error)
    from stuntcard.cli.environment import language_of_environment
    from stuntcard.messages import messages_in

    return error.in_words(messages_in(language or language_of_environment(os.environ)))

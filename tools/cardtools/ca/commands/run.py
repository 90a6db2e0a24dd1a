"""What every command of `cardtools-ca` does: it opens the CA, and tells people what could not be done."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cardtools.common.exit_codes import ExitCode
from cardtools.common.printable import printable

if TYPE_CHECKING:
    from cardtools.ca.office.service import Service

DEFAULT_PORT = 8629
BY_HAND = "command line"
"""Whom the audit log names for what is done here."""

FolderArgument = Annotated[Path, typer.Argument(help="The CA's folder.", metavar="DIR")]
CustomerOption = Annotated[str, typer.Option(help="For which customer; without it, for what is no customer's.")]


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Service]:
    """The CA at the address where it ran last, whether it runs now or not."""
    from cardtools.ca.office.service import last_url, open_service
    from cardtools.ca.settings import Settings

    yield open_service(Settings(folder=folder, url=last_url(folder) or f"http://127.0.0.1:{DEFAULT_PORT}"))


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Tells people what could not be done, and why."""
    import sqlite3

    from cardtools.ca.errors import CaError, RefusedError

    try:
        yield
    except RefusedError as error:
        fail(error.detail, ExitCode.REFUSED)
    except CaError as error:
        fail(str(error), ExitCode.BAD_INPUT)
    except sqlite3.Error as error:
        fail(f"The CA's file could not be read or written ({error}). Try again.", ExitCode.UNAVAILABLE)


def line(*fields: str) -> str:
    """Fields in one line, each in one piece: strangers' names stand here, the refused ones too, whatever is in them."""
    shown = (" ".join(printable(field, " ").split()) for field in fields)
    return "  ".join(shown)


def fail(message: str, code: ExitCode) -> NoReturn:
    """Says what can't be done, and ends."""
    typer.echo(message, err=True)
    raise typer.Exit(code)

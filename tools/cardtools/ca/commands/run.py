"""What every command of `cardtools-ca` does: it opens the CA, and tells people what could not be done."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, get_type_hints

import typer

from cardtools.common.exit_codes import ExitCode
from cardtools.common.options import chosen_language
from cardtools.common.printable import printable
from cardtools.common.told import Value

if TYPE_CHECKING:
    from cardtools.ca.office.service import Service
    from cardtools.common.messages import Language

DEFAULT_PORT = 8629
BY_HAND = "command line"
"""Whom the audit log names for what is done here."""

_OPTION = "language"
_BY_NAME = inspect.Parameter.KEYWORD_ONLY
_asked_for: ContextVar[str | None] = ContextVar("language", default=None)

LanguageOption = Annotated[
    str | None, typer.Option(help="en, cs or sl; without it, that of LC_ALL, LC_MESSAGES or LANG.", metavar="CODE")
]
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
        _end(error.in_language(_language()), ExitCode.REFUSED)
    except CaError as error:
        _end(error.in_language(_language()), ExitCode.BAD_INPUT)
    except sqlite3.Error as error:
        fail("ca-store", ExitCode.UNAVAILABLE, why=str(error))


def line(*fields: str) -> str:
    """Fields in one line, each in one piece: strangers' names stand here, the refused ones too, whatever is in them."""
    shown = (" ".join(printable(field, " ").split()) for field in fields)
    return "  ".join(shown)


def said(key: str, **values: Value) -> str:
    """A message of the CA's in the user's language."""
    from cardtools.common.messages import Messages

    return Messages(_language(), "ca").text(key, **values)


def fail(key: str, code: ExitCode, **values: Value) -> NoReturn:
    """Says what can't be done, and ends."""
    _end(said(key, **values), code)


def _end(message: str, code: ExitCode) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def with_language(app: typer.Typer) -> None:
    """Gives every command of an app and of its groups the option `--language`; the words of this module follow it."""
    for command in app.registered_commands:
        if command.callback is not None:
            command.callback = _with_language(command.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            with_language(group.typer_instance)


def _with_language(command: Callable[..., None]) -> Callable[..., None]:
    hints = get_type_hints(command, include_extras=True)
    parameters = inspect.signature(command).parameters.values()
    named = [one.replace(annotation=hints.get(one.name, one.annotation), kind=_BY_NAME) for one in parameters]
    option = inspect.Parameter(_OPTION, _BY_NAME, default=None, annotation=LanguageOption)

    @wraps(command)
    def speaking(**given: object) -> None:
        language = given.pop(_OPTION)
        _asked_for.set(language if isinstance(language, str) else None)
        _language()
        command(**given)

    speaking.__signature__ = inspect.Signature([*named, option])  # type: ignore[attr-defined]  # what typer looks at
    return speaking


def _language() -> Language:
    from cardtools.common.messages import language_of

    return chosen_language(_asked_for.get()) or language_of()

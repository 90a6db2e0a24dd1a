"""One run of a command: its settings, the language of its user, what it prints, and how it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cardtools.card.consequences import at_none, blocked_with, destroyed
from cardtools.common.messages import Language, Messages, language_of
from cardtools.common.printable import printable
from cardtools.common.prompt import CodeSource, code_source
from cardtools.common.told import Told, ToldError, Value
from cardtools.enrol.ca_client import CaClient
from cardtools.enrol.commands.failures import code_that_failed, exit_code_of, sentences
from cardtools.enrol.errors import BadInputError, EnrolError, ExitCode
from cardtools.enrol.files.pending import PendingRequests
from cardtools.enrol.files.settings import Settings, checked_url, home, read_settings
from cardtools.enrol.flows.device import QualifiedDevice, find, find_all
from cardtools.enrol.flows.session import Session

_WIDTH_WITHOUT_TERMINAL = 160


class Run:
    """One run of a command."""

    def __init__(self, language: Language, settings: Settings) -> None:
        self.settings = settings
        self.messages = Messages(language, "enrol")
        self.device: QualifiedDevice | None = None
        """The device that was found, if one was looked for."""
        self._out, self._err = _console(sys.stdout), _console(sys.stderr)

    def find_device(self, reader: str | None) -> QualifiedDevice:
        """The one qualified device, which is also told to people. Raises CardError, EnrolError."""
        self.device = find(reader)
        self._show_device(self.device)
        return self.device

    def find_stores(self, reader: str | None) -> list[QualifiedDevice]:
        """Every qualified device, or the one in the reader named. Raises CardError, EnrolError."""
        found = find_all() if reader is None else [find(reader)]
        return found or [find(None)]

    def session(
        self, *, ca: str | None, stdin: bool = False, codes_file: Path | None = None, module: Path | None = None
    ) -> Session:
        """What the flows work with. Raises PromptError, BadInputError."""
        if stdin and codes_file is not None:
            raise BadInputError("two-sources")
        codes: CodeSource = code_source(stdin=stdin, codes_file=codes_file)
        client = CaClient(self.settings.ca_url if ca is None else _url(ca), self.settings.ca_patience)
        return Session(self.settings, client, PendingRequests(home()), codes, self.messages, self.progress, module)

    # What is said

    def say(self, key: str, **values: Value) -> None:
        """A line on standard output."""
        self.line(self.messages.text(key, **values))

    def say_counted(self, key: str, number: int, **values: Value) -> None:
        """A line on standard output with a number in it."""
        self.line(self.messages.counted(key, number, **values))

    def line(self, text: str) -> None:
        """A line on standard output that is in words already."""
        self._out.print(Text(printable(text)), soft_wrap=True)

    def progress(self, text: str) -> None:
        """A line on standard error that tells what is being done."""
        self._err.print(Text(printable(text), style="dim"), soft_wrap=True)

    def warn(self, text: str) -> None:
        """A line on standard error."""
        self._err.print(Text(printable(text)), soft_wrap=True)

    def warn_of(self, told: Told) -> None:
        """A line on standard error."""
        self.warn(self.messages.told(told))

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table on standard output; `title` is text, `columns` are keys of messages."""
        table = Table(title=Text(printable(title), style="bold"), title_justify="left")
        for column in columns:
            table.add_column(Text(self.messages.text(column) if column else "#"), overflow="fold")
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        self._out.print(table)

    def json(self, data: object) -> None:
        """JSON on standard output."""
        print(json.dumps(data, indent=2, ensure_ascii=False))

    def tell_failure(self, error: BaseException) -> None:
        """What happened, why, what to do next; and what a wrong code leads to. Raises the error if it can't be told."""
        for text in sentences(error, self.messages):
            self.warn(text)
        name = code_that_failed(error)
        if name is None or self.device is None:
            return
        code = self.device.status.code(name)
        for consequence_of in (at_none, blocked_with, destroyed):
            consequence = consequence_of(self.device.kind, self.device.status, code)
            if consequence is not None:
                self.warn_of(consequence)

    def _show_device(self, device: QualifiedDevice) -> None:
        text = self.messages.text("device-found", card=device.name, serial=device.status.serial, reader=device.reader)
        self.progress(text)


@contextmanager
def run_of(language: str | None, and_then: str | None = None) -> Iterator[Run]:
    """A run; what goes wrong in it is told, and ends the command with a status that says so.

    `and_then` is the key of a sentence that follows a failure of the card or of a code.
    """
    chosen = _language(language)
    run = Run(chosen or language_of(), Settings())
    try:
        settings = read_settings(home())
        run = Run(chosen or settings.language or language_of(), settings)
        yield run
    except (ToldError, KeyboardInterrupt) as error:
        run.tell_failure(error)
        if and_then is not None and not isinstance(error, EnrolError):
            run.warn(run.messages.text(and_then))
        raise typer.Exit(exit_code_of(error)) from None


def _language(option: str | None) -> Language | None:
    try:
        return None if option is None else language_of(option)
    except ValueError:
        typer.echo(f"--language {option}: expected one of {', '.join(Language)}", err=True)
        raise typer.Exit(ExitCode.BAD_INPUT) from None


def _url(text: str) -> str:
    try:
        return checked_url(text)
    except ValueError as error:
        raise BadInputError("setting-wrong", name="--ca", value=text, reason=str(error)) from error


def _console(stream: TextIO) -> Console:
    width = None if stream.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Console(file=stream, highlight=False, width=width)

"""One run of a command: its settings, the language of its user, what it prints, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.table import Table

from cardtools.card.consequences import at_none, blocked_with, destroyed
from cardtools.common.messages import Language, Messages, language_of
from cardtools.common.options import chosen_language
from cardtools.common.output import Output, shown
from cardtools.common.prompt import CodeSource, code_source
from cardtools.common.told import ToldError
from cardtools.enrol.ca_client import CaClient
from cardtools.enrol.commands.failures import code_that_failed, exit_code_of, sentences
from cardtools.enrol.commands.options import CardOptions
from cardtools.enrol.errors import BadInputError, EnrolError
from cardtools.enrol.files.pending import PendingRequests
from cardtools.enrol.files.settings import Settings, checked_url, home, read_settings
from cardtools.enrol.files.store_choice import read_choice
from cardtools.enrol.flows.device import QualifiedDevice, find, find_all
from cardtools.enrol.flows.session import Session

_WIDTH_WITHOUT_TERMINAL = 160


class EnrolRun(Output):
    """One run of a command of `enrol`."""

    def __init__(self, language: Language, settings: Settings) -> None:
        super().__init__(Messages(language, "enrol"), _WIDTH_WITHOUT_TERMINAL)
        self.settings = settings
        self.device: QualifiedDevice | None = None
        """The device that was found, if one was looked for."""

    def find_device(self, reader: str | None) -> QualifiedDevice:
        """The one qualified device, or the chosen one, which is also told to people. Raises CardError, EnrolError."""
        self.device = find(reader, read_choice(home()))
        self._show_device(self.device)
        return self.device

    def chosen_store(self, stores: list[QualifiedDevice]) -> QualifiedDevice | None:
        """Which of the stores is preset, because it was put in last (PQ-30). Raises BadInputError."""
        choice = read_choice(home())
        return next((store for store in stores if choice is not None and store.is_chosen(choice)), None)

    def find_stores(self, reader: str | None) -> list[QualifiedDevice]:
        """Every qualified device, or the one in the reader named. Raises CardError, EnrolError."""
        found = find_all() if reader is None else [find(reader)]
        return found or [find(None)]

    def session(self, card: CardOptions, ca: str | None = None) -> Session:
        """What the flows work with. Raises PromptError, BadInputError."""
        if card.stdin and card.codes_file is not None:
            raise BadInputError("two-sources")
        codes: CodeSource = code_source(stdin=card.stdin, codes_file=card.codes_file)
        url = self.settings.ca_url if ca is None else _url(ca)
        client = CaClient(url, self.settings.ca_patience, self.messages.language)
        return Session(self.settings, client, PendingRequests(home()), codes, self.messages, self.progress, card.module)

    # What is said

    def progress(self, text: str) -> None:
        """A line on standard error that tells what is being done."""
        self.err.print(shown(text, "dim"), soft_wrap=True)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table on standard output; `title` is text, `columns` are keys of messages."""
        table = Table(title=shown(title, "bold"), title_justify="left")
        for column in columns:
            table.add_column(shown(self.messages.text(column) if column else "#"), overflow="fold")
        for row in rows:
            table.add_row(*(shown(cell) for cell in row))
        self.out.print(table)

    def tell_failure(self, error: BaseException) -> None:
        """What happened, why, what to do next; and what a wrong code leads to. Raises the error if it can't be told."""
        for text in sentences(error, self.messages):
            self.warn(text)
        name = code_that_failed(error)
        if name is None or self.device is None:
            return
        code = self.device.status.code(name)
        for consequence_of in (at_none, blocked_with, destroyed):
            consequence = consequence_of(self.device.status, code)
            if consequence is not None:
                self.warn_told(consequence)

    def _show_device(self, device: QualifiedDevice) -> None:
        text = self.messages.text("device-found", card=device.name, serial=device.status.serial, reader=device.reader)
        self.progress(text)


@contextmanager
def enrol_run(language: str | None, and_then: str | None = None) -> Iterator[EnrolRun]:
    """A run; what goes wrong in it is told, and ends the command with a status that says so.

    `and_then` is the key of a sentence that follows a failure of the card or of a code.
    """
    chosen = chosen_language(language)
    run = EnrolRun(chosen or language_of(), Settings())
    try:
        settings = read_settings(home())
        run = EnrolRun(chosen or settings.language or language_of(), settings)
        yield run
    except (ToldError, KeyboardInterrupt) as error:
        run.tell_failure(error)
        if and_then is not None and not isinstance(error, EnrolError):
            run.warn_of(and_then)
        raise typer.Exit(exit_code_of(error)) from None


def _url(text: str) -> str:
    try:
        return checked_url(text)
    except ValueError as error:
        raise BadInputError("setting-wrong", name="--ca", value=text, reason=str(error)) from error

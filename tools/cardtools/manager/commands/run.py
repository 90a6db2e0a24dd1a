"""One run of a command: the card that it is about, the language of its user, and where codes come from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cardtools.card.errors import (
    CodeBlockedError,
    CodeNotSetError,
    ImpossibleValueError,
    NoSuchReaderError,
    SeveralCardsError,
    WrongCodeError,
)
from cardtools.card.pcsc import Connection, connect
from cardtools.card.status import CardStatus, CodeStatus, read_status
from cardtools.card.values import easily_guessed, why_unfit
from cardtools.common.messages import Language, Messages, language_of
from cardtools.common.prompt import CodeSource, MismatchError, PromptError, code_source
from cardtools.common.told import Name, Told, ToldError, Value
from cardtools.manager.model.advice import advice
from cardtools.manager.model.code_actions import CodeAction, code_by, why_not
from cardtools.manager.model.printing import console, plain
from cardtools.manager.model.refusals import ExitCode, ManagerError, UsageError, ValueRefusedError

if TYPE_CHECKING:
    from cardtools.card.token import Token
    from cardtools.manager.model.inventory import Inventory

INTERRUPTED = 130
"""What a shell says of a program that Ctrl-C ended."""


class Run:
    """One run of a command."""

    def __init__(self, messages: Messages, reader: str | None, module: Path | None = None) -> None:
        self.messages = messages
        self.out, self.err = console(sys.stdout), console(sys.stderr)
        self.reader = reader
        self.module = module
        self.card: CardStatus | None = None
        """The card as it was last read."""

    # What is said

    def say(self, key: str, **values: Value) -> None:
        """A line on standard output."""
        self.line(self.messages.text(key, **values))

    def say_counted(self, key: str, number: int, **values: Value) -> None:
        """A line on standard output, in the form that goes with the number."""
        self.line(self.messages.counted(key, number, **values))

    def line(self, text: str) -> None:
        """A line on standard output that is in words already; what comes from a card steers no terminal."""
        self.out.print(plain(text), soft_wrap=True)

    def heading(self, key: str) -> None:
        """A heading, after an empty line."""
        self.out.print(f"\n[bold]{plain(self.messages.text(key))}[/bold]")

    def warn(self, told: Told) -> None:
        """A line on standard error."""
        self.err.print(plain(self.messages.told(told)), soft_wrap=True)

    def warn_of(self, key: str, **values: Value) -> None:
        """A line on standard error, by its key."""
        self.err.print(plain(self.messages.text(key, **values)), soft_wrap=True)

    def confirm(self, key: str, yes: bool, **values: Value) -> None:
        """Asks whether to go on. Raises ManagerError when the answer is no, or nobody is there to answer."""
        self._confirm(self.messages.text(key, **values), yes)

    def confirm_counted(self, key: str, number: int, yes: bool) -> None:
        """The same, in the form that goes with the number. Raises ManagerError."""
        self._confirm(self.messages.counted(key, number), yes)

    def _confirm(self, question: str, yes: bool) -> None:
        if yes:
            return
        if not sys.stdin.isatty():
            raise ManagerError("nobody-to-ask", question=question)
        if not typer.confirm(question):
            raise ManagerError("nothing-done")

    # The card

    def for_reader(self, reader: str) -> Run:
        """The same for another reader."""
        return Run(self.messages, reader, self.module)

    def read_card(self) -> CardStatus:
        """The card in the reader, which from now on must stay the same."""
        with connect(self.reader) as connection:
            self.reader = connection.reader
            self.card = self._same(read_status(connection))
        return self.card

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """The card that was read, for commands. Raises ManagerError when another is in the reader by now."""
        with connect(self.reader) as connection:
            self._same(read_status(connection))
            yield connection

    def token(self) -> Token:
        """The card through PKCS#11. Raises CardError, and ManagerError when another card is in the reader by now."""
        # Codes are changed without PKCS#11, which takes a while to load.
        from cardtools.card.token import Token

        token = Token(self.reader, self.module)
        self._same(token.status)
        return token

    def read_inventory(self) -> Inventory:
        """The card and what is on it, which from now on must stay the same card."""
        from cardtools.manager.model.inventory import take_inventory

        with self.token() as token:
            self.reader, self.card = token.reader, token.status
            return take_inventory(token.status, token.objects())

    def _same(self, card: CardStatus) -> CardStatus:
        if self.card is not None and (card.profile, card.serial) != (self.card.profile, self.card.serial):
            raise ManagerError("another-card")
        return card


class Codes:
    """Asks for codes, and stops what can't be right before it reaches the card."""

    def __init__(self, run: Run, source: CodeSource) -> None:
        self._run = run
        self._source = source

    def present(self, code: CodeStatus) -> str:
        """The present value of a code. Raises PromptError and ImpossibleValueError; warns before its last try."""
        name = self._run.messages.name(code.name)
        if code.tries_left == 1:
            self._warn_of_last_try(code)
        value = self._source.code(code.id, self._run.messages.text("prompt-present", code=name))
        if why_unfit(code, value) is not None:
            raise ImpossibleValueError(code.id, code.name)
        return value

    def new(self, code: CodeStatus) -> str:
        """A new value, given twice. Raises PromptError and ValueRefusedError; advises against an easy one."""
        text = self._run.messages.text
        name = Name(code.name)
        value = self._source.new_code(code.id, text("prompt-new", code=name), text("prompt-again", code=name))
        unfit = why_unfit(code, value)
        if unfit is not None:
            raise ValueRefusedError(unfit)
        if easily_guessed(value):
            self._run.warn_of("value-easily-guessed", code=name)
        return value

    def _warn_of_last_try(self, code: CodeStatus) -> None:
        self._run.warn_of("last-try", code=Name(code.name))
        if self._run.card is not None:
            for sentence in advice(self._run.card, code, blocked=False):
                self._run.warn(sentence)

    def password(self) -> str:
        """The password of a file."""
        return self._source.code("password", self._run.messages.text("prompt-password"))


@contextmanager
def run_of(reader: str | None, language: str | None, module: Path | None = None) -> Iterator[Run]:
    """A run; what goes wrong in it is told, and ends the command with a status that says so."""
    run = Run(Messages(_language(language), "manager"), reader, module)
    try:
        yield run
    except ToldError as error:
        _tell(run, error)
        raise typer.Exit(_exit_code(error)) from None
    except KeyboardInterrupt:
        run.warn_of("interrupted")
        raise typer.Exit(INTERRUPTED) from None


def codes_of(run: Run, stdin: bool, codes_file: Path | None) -> Codes:
    """Where the options say that codes come from. Raises PromptError, or ManagerError for both."""
    if stdin and codes_file is not None:
        raise UsageError("two-sources")
    return Codes(run, code_source(stdin=stdin, codes_file=codes_file))


def _language(option: str | None) -> Language:
    try:
        return language_of(option)
    except ValueError:
        typer.echo(f"--language {option}: expected one of {', '.join(Language)}", err=True)
        raise typer.Exit(ExitCode.USAGE) from None


def _tell(run: Run, error: ToldError) -> None:
    """What happened, and what a wrong or blocked code leads to."""
    run.warn(error)
    if run.card is None or not isinstance(error, WrongCodeError | CodeBlockedError | CodeNotSetError):
        return
    code = run.card.code(error.code)
    if isinstance(error, CodeNotSetError):
        _tell_first_setting(run, run.card, code)
        return
    blocked = isinstance(error, CodeBlockedError) or error.tries_left == 0
    for sentence in advice(run.card, code, blocked=blocked):
        run.warn(sentence)


def _tell_first_setting(run: Run, card: CardStatus, code: CodeStatus) -> None:
    """How a code that has no value gets one."""
    reason = why_not(card, code, CodeAction.SET_FIRST)
    if reason is not None:
        run.warn(reason)
    elif (by := code_by(card, code)) is not None:
        run.warn_of("way-set-first", code=Name(code.name), by=Name(by.name), id=code.id)


_USAGE = (NoSuchReaderError, SeveralCardsError, PromptError)


def _exit_code(error: ToldError) -> int:
    if isinstance(error, ManagerError):
        return error.exit_code
    return ExitCode.USAGE if isinstance(error, _USAGE) and not isinstance(error, MismatchError) else ExitCode.REFUSED

"""One run of a command: the card that it is about, the language of its user, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer
from rich.text import Text

from cardtools.card.errors import CodeRefusedError, NoSuchReaderError, SeveralCardsError
from cardtools.card.pcsc import Connection, connect
from cardtools.card.status import CardStatus, read_status
from cardtools.common.exit_codes import ExitCode
from cardtools.common.messages import Messages, language_of
from cardtools.common.options import chosen_language
from cardtools.common.output import Output
from cardtools.common.told import ToldError, Value
from cardtools.manager.commands.failures import exit_code_of, sentences
from cardtools.manager.commands.login import current_login
from cardtools.manager.commands.options import CardOptions
from cardtools.manager.model.refusals import ManagerError

if TYPE_CHECKING:
    from cardtools.card.token import Token
    from cardtools.manager.model.inventory import Inventory

_WIDTH_WITHOUT_TERMINAL = 120

_Opened = TypeVar("_Opened")


class ManagerRun(Output):
    """One run of a command of the card manager."""

    def __init__(self, messages: Messages, reader: str | None, module: Path | None = None) -> None:
        super().__init__(messages, _WIDTH_WITHOUT_TERMINAL)
        self.reader = reader
        self.module = module
        self.card: CardStatus | None = None
        """The card as it was last read."""

    # What is said and asked

    def heading(self, key: str) -> None:
        """A heading on standard output, after an empty line."""
        self.out.print(Text(f"\n{self.messages.text(key)}", style="bold"))

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

    def for_reader(self, reader: str) -> ManagerRun:
        """The same for another reader."""
        return ManagerRun(self.messages, reader, self.module)

    def meant_reader(self) -> str:
        """The name of the reader, once it is clear which one is meant. Raises UsageError, CardError."""
        with self._in_reader(connect) as connection:
            self.reader = connection.reader
        return self.reader

    def read_card(self) -> CardStatus:
        """The card in the reader, which from now on must stay the same."""
        with self._in_reader(connect) as connection:
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

        token = self._in_reader(lambda reader: Token(reader, self.module))
        self._same(token.status)
        return token

    def read_inventory(self) -> Inventory:
        """The card and what is on it, which from now on must stay the same card."""
        from cardtools.manager.model.inventory import take_inventory

        with self.token() as token:
            self.reader, self.card = token.reader, token.status
            return take_inventory(token.status, token.objects())

    def _in_reader(self, opened: Callable[[str | None], _Opened]) -> _Opened:
        """The card opened, once it is clear in which reader it is. Raises UsageError, CardError."""
        try:
            return opened(self.reader)
        except (SeveralCardsError, NoSuchReaderError) as error:
            # To look what each card shows takes a while, so it is done only where it decides.
            from cardtools.manager.commands.choosing import choose_reader

            self.reader = choose_reader(self, error)
            return opened(self.reader)

    def _same(self, card: CardStatus) -> CardStatus:
        if self.card is not None and (card.profile, card.serial) != (self.card.profile, self.card.serial):
            raise ManagerError("another-card")
        return card


@contextmanager
def manager_run(options: CardOptions) -> Iterator[ManagerRun]:
    """A run; what goes wrong in it is told, and ends the command with a status that says so."""
    login = current_login()
    if login is not None:
        options = login.completed(options)
    messages = Messages(chosen_language(options.language) or language_of(), "manager")
    run = ManagerRun(messages, options.reader, options.module)
    try:
        yield run
    except ToldError as error:
        if login is not None and isinstance(error, CodeRefusedError):
            login.forget(error.code)
        for told in sentences(error, run.card):
            run.warn_told(told)
        raise typer.Exit(exit_code_of(error)) from None
    except KeyboardInterrupt:
        run.warn_of("interrupted")
        raise typer.Exit(ExitCode.INTERRUPTED) from None

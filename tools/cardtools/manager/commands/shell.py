"""The command `shell`: one command after another, with a login that lasts."""

from __future__ import annotations

import gc
import shlex
import sys
from collections.abc import Callable, Sequence

import typer

from cardtools.card import codes as card_codes
from cardtools.card.errors import CardError
from cardtools.card.watching import Present, present_now
from cardtools.common.exit_codes import ExitCode
from cardtools.common.prompt import CodeSource, Lines, Terminal
from cardtools.common.told import Name
from cardtools.manager.commands.code_prompts import CodePrompts
from cardtools.manager.commands.login import Login, lasts, session_login
from cardtools.manager.commands.options import CardOptions
from cardtools.manager.commands.run import manager_run
from cardtools.manager.model.code_actions import find_code
from cardtools.manager.model.refusals import ManagerError
from cardtools.manager.model.writing import writing_code

_PROMPT = "cardmanager> "
_SETTING = ("change", "unblock", "set-first", "ready-for-claim")
"""Commands after which a code may have another value."""

Command = Callable[[Sequence[str]], object]
"""Runs a command of the card manager. Raises SystemExit with its status."""


def run_shell(command: Command, options: CardOptions) -> None:
    """Runs commands as they are typed, or as they come on standard input, until the end. Raises typer.Exit.

    What comes on standard input ends with the first command that fails.
    """
    gc.enable()  # which one short command does without
    source: CodeSource = Terminal() if sys.stdin.isatty() else Lines(sys.stdin)
    with session_login(source, options) as login:
        shell = _Shell(command, login)
        while (line := _line()) is not None:
            status = shell.do(line)
            if status is None:
                return
            if status and not sys.stdin.isatty():
                raise typer.Exit(status)


class _Shell:
    def __init__(self, command: Command, login: Login) -> None:
        self._command = command
        self._login = login
        self._seen: Present = {}

    def do(self, line: str) -> int | None:
        """Does what a line says, and gives what it ends with; None when it is the last one."""
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            print(error, file=sys.stderr)
            return ExitCode.BAD_INPUT
        match words:
            case []:
                return 0
            case ["exit" | "quit"]:
                return None
            case ["logout"]:
                self._login.forget()
                return 0
            case ["help"]:
                words = ["--help"]
        self._forget_what_is_gone()
        if words[0] == "login":
            return _ended(lambda: self._log_in(words[1:]))
        status = _ended(lambda: self._command(words))
        if words[0] in _SETTING:
            self._login.forget()
        return status

    def _log_in(self, words: Sequence[str]) -> None:
        """Has the card take a code, at once. Raises typer.Exit."""
        with manager_run(self._login.options) as run:
            card = run.read_card()
            code = find_code(card, words[0]) if words else writing_code(card)
            if not lasts(card, code):
                raise ManagerError("login-does-not-last", code=Name(code.name))
            self._login.forget(code.id)
            value = CodePrompts(run, self._login.source).present(code)
            with run.connection() as connection:
                card_codes.verify(connection, code, value)
            self._login.keep(card, code, value)
            run.say("logged-in", code=Name(code.name))

    def _forget_what_is_gone(self) -> None:
        """A card that was taken out, if only for a moment, has to be logged in to again."""
        try:
            present = present_now()
        except CardError:
            present = {}
        if any(present.get(name) != count for name, count in self._seen.items()):
            self._login.forget()
        self._seen = present


def _line() -> str | None:
    """The next line; None at the end."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.rstrip("\n") if line else None
    try:
        return input(_PROMPT)
    except EOFError:
        print()
        return None


def _ended(act: Callable[[], object]) -> int:
    """What a command ends with."""
    try:
        act()
    except typer.Exit as error:
        return error.exit_code
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else ExitCode.REFUSED if error.code else 0
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return ExitCode.INTERRUPTED
    return 0

"""Asks for codes, and stops what can't be right before it reaches the card."""

from __future__ import annotations

from functools import partial

from cardtools.card.code_values import easily_guessed, why_unfit
from cardtools.card.errors import ImpossibleValueError
from cardtools.card.pinpad import AtPad, CodeGiven, PinPad, pin_pad_of
from cardtools.card.status import CodeStatus
from cardtools.common.prompt import CodeSource, Terminal, code_source
from cardtools.common.told import Name
from cardtools.manager.commands.login import Login, current_login
from cardtools.manager.commands.options import CodeOptions
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.advice import advice
from cardtools.manager.model.refusals import UsageError, ValueRefusedError


class CodePrompts:
    """Asks for the codes of the card that a run is about, and for the password of a file."""

    def __init__(self, run: ManagerRun, source: CodeSource, login: Login | None = None) -> None:
        """`login` has codes that were given before, in a session."""
        self._run = run
        self._source = source
        self._login = login

    def pad(self) -> PinPad | None:
        """The reader's own keys, where it has some and somebody types. Raises CardError."""
        if not isinstance(self._source, Terminal):
            return None
        with self._run.connection() as connection:
            return pin_pad_of(connection)

    def before_the_pad(self, key: str, compared: CodeStatus, **codes: Name) -> None:
        """Says what is to be typed on the reader's keys; warns before the last try of the code that is compared."""
        if compared.tries_left == 1:
            self._warn_of_last_try(compared)
        self._run.warn_of(key, **codes)

    def given(self, code: CodeStatus) -> CodeGiven:
        """The present value of a code, for logging in; or that it is typed at the reader, then. As `present`."""
        pad = self.pad()
        if pad is None or pad.verify_direct is None:
            return self._remembered(code) or self._first_given(code)
        return AtPad(pad, partial(self.before_the_pad, "pinpad-verify", code, code=Name(code.name)))

    def _remembered(self, code: CodeStatus) -> str | None:
        """The value that was given before in the same session."""
        card = self._run.card
        return None if self._login is None or card is None else self._login.value(card, code)

    def _first_given(self, code: CodeStatus) -> str:
        value = self.present(code)
        if self._login is not None and self._run.card is not None:
            self._login.keep(self._run.card, code, value)
        return value

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
                self._run.warn_told(sentence)

    def password(self) -> str:
        """The password of a file."""
        return self._source.code("password", self._run.messages.text("prompt-password"))


def code_prompts(run: ManagerRun, options: CodeOptions) -> CodePrompts:
    """Asks where the options say that codes come from. Raises PromptError, or UsageError for both."""
    if options.stdin and options.codes_file is not None:
        raise UsageError("two-sources")
    login = current_login()
    if login is not None and not options.stdin and options.codes_file is None:
        return CodePrompts(run, login.source, login)
    return CodePrompts(run, code_source(stdin=options.stdin, codes_file=options.codes_file))

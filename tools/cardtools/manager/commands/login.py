"""A login that lasts for several acts, as it does in the vendors' programs: codes that are given once in a session.

Only codes that open a card for writing or its keys are kept, never one that holds for a single use (PQ-03, EO-23), and
only in this process. They are forgotten when the card is taken out, when one of them is refused, and at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cardtools.card.status import CardStatus, CodeStatus
from cardtools.common.prompt import CodeSource
from cardtools.manager.commands.options import CardOptions


@dataclass(slots=True)
class Login:
    """What was given. `source` asks for what was not; `options` are those of a session's commands without own ones."""

    source: CodeSource
    options: CardOptions
    _values: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False)

    def completed(self, options: CardOptions) -> CardOptions:
        """A command's options, and the session's where it has none."""
        given = self.options
        return CardOptions(
            options.reader or given.reader, options.language or given.language, options.module or given.module
        )

    def value(self, card: CardStatus, code: CodeStatus) -> str | None:
        """The code's value, if it was given for this card."""
        return self._values.get((card.profile, card.serial, code.id))

    def keep(self, card: CardStatus, code: CodeStatus, value: str) -> None:
        """Keeps a value, if it is of a code that is kept."""
        if lasts(card, code):
            self._values[card.profile, card.serial, code.id] = value

    def forget(self, code: str | None = None) -> None:
        """Forgets a code, or all."""
        self._values = {} if code is None else {key: value for key, value in self._values.items() if key[2] != code}


def lasts(card: CardStatus, code: CodeStatus) -> bool:
    """Whether a login with this code may last for several acts."""
    return not code.one_use and (code.id == card.kind.writes_with or any(area.guard == code.id for area in card.areas))


_current: Login | None = None


def current_login() -> Login | None:
    """The login of the session that runs; None for a single command."""
    return _current


@contextmanager
def session_login(source: CodeSource, options: CardOptions) -> Iterator[Login]:
    """A login, forgotten at the end."""
    global _current
    _current = Login(source, options)
    try:
        yield _current
    finally:
        _current.forget()
        _current = None

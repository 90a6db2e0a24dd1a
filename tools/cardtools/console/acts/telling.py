"""Runs of cardmanager and enrol whose words are kept for a page, and not printed."""

from __future__ import annotations

from collections.abc import Sequence

from cardtools.common.messages import Language, Messages
from cardtools.common.told import Value
from cardtools.enrol.commands.run import EnrolRun
from cardtools.enrol.files.settings import Settings
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.refusals import ManagerError

CONSOLE = "console"
"""The domain of the console's own messages."""


class QuestionError(ManagerError):
    """What can't be undone was not confirmed yet; the message asks for that."""


class ManagerOnPage(ManagerRun):
    """A run of the card manager."""

    def __init__(self, language: Language, *, confirmed: bool = False, expert: bool = False) -> None:
        super().__init__(Messages(language, "manager"), None)
        self.own = Messages(language, CONSOLE)
        """The console's own messages."""
        self.said: list[str] = []
        self.warned: list[str] = []
        self.expert = expert
        """Whether acts that are for experts only are done."""
        self._confirmed = confirmed

    def line(self, text: str) -> None:
        """Keeps a line."""
        self.said.append(text.strip())

    def warn(self, text: str) -> None:
        """Keeps a warning."""
        self.warned.append(text.strip())

    def confirm(self, key: str, yes: bool, **values: Value) -> None:
        """Whether the page's box was ticked. Raises QuestionError when it was not."""
        if not (yes or self._confirmed):
            raise QuestionError(key, **values)


class EnrolOnPage(EnrolRun):
    """A run of the enrolment client."""

    def __init__(self, language: Language, settings: Settings) -> None:
        super().__init__(language, settings)
        self.own = Messages(language, CONSOLE)
        """The console's own messages."""
        self.said: list[str] = []
        self.warned: list[str] = []

    def line(self, text: str) -> None:
        """Keeps a line."""
        self.said.append(text.strip())

    def progress(self, text: str) -> None:
        """A step is told by what it ends with."""

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:  # noqa: ARG002
        """Keeps a line for each row."""
        self.said += [", ".join(cell for cell in row if cell) for row in rows]

    def warn(self, text: str) -> None:
        """Keeps a warning."""
        self.warned.append(text.strip())

"""What every flow works with: the CA, what is remembered, who gives codes, and who is told of the steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from cardtools.card.code_values import why_unfit
from cardtools.card.errors import CodeBlockedError, CodeNotSetError, ImpossibleValueError
from cardtools.card.status import CardStatus, CodeState
from cardtools.common.messages import Messages
from cardtools.common.prompt import CodeSource
from cardtools.common.told import Value
from cardtools.enrol.ca_client import CaClient
from cardtools.enrol.files.pending import PendingRequests
from cardtools.enrol.files.settings import Settings

PIN = "pin"
"""The code that guards what is written on a card (PQ-18, PQ-19)."""

Codes = dict[str, str]
"""Values of codes by the code's id."""


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the client."""

    settings: Settings
    ca: CaClient
    pending: PendingRequests
    codes: CodeSource
    messages: Messages
    show: Callable[[str], None]
    """Tells people of a step."""
    module: Path | None = None
    """OpenSC's PKCS#11 module, if it is not to be looked for."""

    def step(self, key: str, **values: Value) -> None:
        """Says what is being done."""
        self.show(self.messages.text(key, **values))

    def ask_codes(self, status: CardStatus, names: Iterable[str]) -> Codes:
        """Asks for codes of a card, each once, in this order. Nothing is sent to the card.

        Raises CodeRefusedError for a code that can't be given now or a value that can't be right, and PromptError.
        """
        given: Codes = {}
        for name in dict.fromkeys(names):
            code = status.code(name)
            if code.state is CodeState.BLOCKED:
                raise CodeBlockedError(code.id, code.name)
            if code.state is CodeState.NOT_SET:
                raise CodeNotSetError(code.id, code.name)
            given[name] = self.codes.code(name, self.messages.name(code.name))
            if why_unfit(code, given[name]) is not None:
                raise ImpossibleValueError(code.id, code.name)
        return given

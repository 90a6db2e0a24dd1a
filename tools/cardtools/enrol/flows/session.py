"""What every flow works with: the CA, what is remembered, who gives codes, and who is told of the steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cardtools.card.code_values import why_unfit
from cardtools.card.errors import CodeBlockedError, CodeNotSetError, ImpossibleValueError
from cardtools.card.pcsc import connect
from cardtools.card.pinpad import AtPad, CodeGiven, PinPad, pin_pad_of
from cardtools.card.status import CodeState, CodeStatus
from cardtools.common.messages import Messages
from cardtools.common.prompt import CodeSource, Terminal
from cardtools.common.told import Name, Value
from cardtools.enrol.ca_client import CaClient
from cardtools.enrol.files.pending import PendingRequests
from cardtools.enrol.files.settings import Settings
from cardtools.enrol.flows.card_lock import card_lock
from cardtools.enrol.flows.device import QualifiedDevice

PIN = "pin"
"""The code that guards what is written on a card (PQ-18, PQ-19)."""

Codes = dict[str, CodeGiven]
"""Values of codes by the code's id; or that they are typed at the reader."""


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

    def ask_codes(self, device: QualifiedDevice, names: Iterable[str]) -> Codes:
        """Asks for codes of a card, each once, in this order. No code is sent to the card.

        Where the reader has keys of its own, codes are asked for there, each time that one is needed.

        Raises CodeRefusedError for a code that can't be given now or a value that can't be right, PromptError,
        and CardError.
        """
        given: Codes = {}
        pad = self._pad(device)
        for name in dict.fromkeys(names):
            code = device.status.code(name)
            if code.state is CodeState.BLOCKED:
                raise CodeBlockedError(code.id, code.name)
            if code.state is CodeState.NOT_SET:
                raise CodeNotSetError(code.id, code.name)
            given[name] = AtPad(pad, partial(self._announce, code)) if pad is not None else self._asked(code)
        return given

    def _asked(self, code: CodeStatus) -> str:
        value = self.codes.code(code.id, self.messages.name(code.name))
        if why_unfit(code, value) is not None:
            raise ImpossibleValueError(code.id, code.name)
        return value

    def _announce(self, code: CodeStatus) -> None:
        self.step("pinpad-verify", code=Name(code.name))

    def _pad(self, device: QualifiedDevice) -> PinPad | None:
        """The keys of the device's reader, where it has some that take a code, and somebody types."""
        if not isinstance(self.codes, Terminal):
            return None
        with card_lock(), connect(device.reader) as connection:
            pad = pin_pad_of(connection)
        return pad if pad is not None and pad.verify_direct is not None else None

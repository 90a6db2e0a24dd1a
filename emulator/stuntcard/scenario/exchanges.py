"""What passed between a reader and a card, kept in memory while a scenario runs."""

from __future__ import annotations

from dataclasses import dataclass

from stuntcard.iso7816.instructions import Instruction
from stuntcard.trace.record import COMMAND, Faults

_INS, _P2 = 1, 3
_NAMED_BY_P2 = {
    Instruction.VERIFY,
    Instruction.CHANGE_REFERENCE_DATA,
    Instruction.RESET_RETRY_COUNTER,
}
"""Commands whose P2 names a code (ISO 7816-4, 11.6)."""


@dataclass(frozen=True, slots=True, repr=False)
class Exchange:
    """One command and its answer; the answer is empty when the card was mute."""

    command: bytes
    answer: bytes

    @property
    def name(self) -> str:
        """What the command is called, as in VERIFY; hexadecimal digits where INS has no name."""
        ins = self.command[_INS] if len(self.command) > _INS else 0
        try:
            return Instruction(ins).name
        except ValueError:
            return f"{ins:02X}"

    @property
    def status(self) -> str:
        """The status word in hexadecimal, or "mute"."""
        return self.answer[-2:].hex().upper() if self.answer else "mute"

    @property
    def reference(self) -> int | None:
        """The code's reference in P2, of a command that has one."""
        if len(self.command) > _P2 and self.command[_INS] in _NAMED_BY_P2:
            return self.command[_P2]
        return None

    def __repr__(self) -> str:
        # Test reports show it, and there may be a code in the bytes.
        return f"<{self.name} -> {self.status}>"


class ExchangeList:
    """Keeps commands and answers, as a recorder for `trace.record.RecordingCard`."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def record(
        self,
        number: int,
        start: float,  # noqa: ARG002
        end: float,  # noqa: ARG002
        command: bytes,
        answer: bytes,
        faults: Faults = (),  # noqa: ARG002
    ) -> None:
        """One event."""
        if number == COMMAND:
            self.exchanges.append(Exchange(command, answer))

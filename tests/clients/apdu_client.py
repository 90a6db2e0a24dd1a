"""The test's side of `apdu_application.py`: sends commands over PC/SC as they are."""

from __future__ import annotations

from pathlib import Path

from tests.clients.asked_program import LineProgram
from tests.clients.desk import Desk

_PROGRAM = Path(__file__).with_name("apdu_application.py")


class ApduClient(LineProgram):
    """A running program that is connected to the card on a desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(str(_PROGRAM), socket=desk.socket)

    def transmit(self, command: bytes) -> bytes:
        """The card's answer to a command."""
        return bytes.fromhex(self.ask_line(command.hex()))

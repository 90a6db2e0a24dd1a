"""The test's side of `apdu_application.py`: sends commands over PC/SC as they are.

It is a program of its own because libpcsclite reads where its service is only once in a process's life.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.clients.desk import Desk
from tests.clients.opensc import SOCKET_VARIABLE

_PROGRAM = Path(__file__).with_name("apdu_application.py")
_PATIENCE = 20


class ApduClient:
    """A running program that is connected to the card on a desk."""

    def __init__(self, desk: Desk) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, SOCKET_VARIABLE: str(desk.socket)},
        )

    def transmit(self, command: bytes) -> bytes:
        """The card's answer to a command."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(command.hex() + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the program ended at {command.hex()}"
        return bytes.fromhex(answer)

    def __enter__(self) -> ApduClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the program, which so lets go of the card."""
        try:
            self._process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

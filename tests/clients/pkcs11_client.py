"""The test's side of `pkcs11_application.py`: starts it, and has it do things.

It is a program of its own because libpcsclite reads where its service is only once in a process's life.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.clients.desk import Desk
from tests.clients.opensc import SOCKET_VARIABLE, pkcs11_module

_PROGRAM = Path(__file__).with_name("pkcs11_application.py")


class Pkcs11Client:
    """A running application. `client("log_in", "ProID+Q", "12345678")` gives what the act gives."""

    def __init__(self, desk: Desk) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_PROGRAM), str(pkcs11_module())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, SOCKET_VARIABLE: str(desk.socket)},
        )

    def __call__(self, act: str, *arguments: object) -> object:
        """Has something done, which must be done."""
        answer = self._ask(act, *arguments)
        assert "done" in answer, f"{act} {arguments} was refused: {answer['refused']}"
        return answer["done"]

    def refused(self, act: str, *arguments: object) -> str:
        """Has something done, which must be refused; gives the name of the PKCS#11 error."""
        answer = self._ask(act, *arguments)
        assert "refused" in answer, f"{act} {arguments} was to be refused, and gave {answer['done']}"
        return str(answer["refused"])

    def _ask(self, act: str, *arguments: object) -> dict[str, object]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([act, *arguments]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the application ended while it was to {act}"
        answer = json.loads(line)
        assert isinstance(answer, dict)
        return answer

    def __enter__(self) -> Pkcs11Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the application, which so lets go of the card."""
        try:
            self._process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

"""A program that does what it is asked, line by line; the test's side of it.

It is a program of its own because libpcsclite reads where its service is only once in a process's life.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.clients.opensc import SOCKET_VARIABLE

_PATIENCE = 60


class LineProgram:
    """A Python program that answers each line with a line."""

    def __init__(self, *arguments: str, socket: Path, **environment: str) -> None:
        """`arguments` are Python's; `socket` is that of the PC/SC service that the program shall see."""
        self._arguments = arguments
        self._environment = {**os.environ, SOCKET_VARIABLE: str(socket), **environment}

    @cached_property
    def _process(self) -> subprocess.Popen[str]:
        """Started when it is first told something, so that it sees what was done to the card before."""
        return subprocess.Popen(
            [sys.executable, *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment,
        )

    def tell(self, line: str) -> None:
        """Asks, and does not wait for the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def answer(self) -> str:
        """What is answered to the first line that has had no answer yet."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the program has ended"
        return line.strip()

    def ask_line(self, line: str) -> str:
        """Asks, and gives the answer."""
        self.tell(line)
        return self.answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the program, which so lets go of the card."""
        if "_process" not in self.__dict__:
            return
        try:
            self._process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


class AskedProgram(LineProgram):
    """A running program. Each request is an act's name with its arguments, each answer a JSON object."""

    def __init__(self, program: Path, *arguments: str, socket: Path, **environment: str) -> None:
        """`socket` is that of the PC/SC service that it shall see."""
        super().__init__(str(program), *arguments, socket=socket, **environment)

    def ask(self, act: str, *arguments: object) -> dict[str, object]:
        """Has something done, and gives what the program answers."""
        answer = json.loads(self.ask_line(json.dumps([act, *arguments])))
        assert isinstance(answer, dict)
        return answer

"""The command `stuntcard` as a test runs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.clients.opensc import SOCKET_VARIABLE
from tests.programs import run, shown

STUNTCARD = Path(sys.executable).with_name("stuntcard")


class StuntcardCommand:
    """The command; called with its arguments, it gives how it ended and what it wrote."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return run(STUNTCARD, *arguments, env=self.environment)

    def done(self, *arguments: str | Path) -> str:
        """What it wrote, if it ended well."""
        return shown(STUNTCARD, *arguments, env=self.environment)

    def start(self, *arguments: str | Path, stderr: int = subprocess.STDOUT) -> subprocess.Popen[str]:
        command = [STUNTCARD, *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=self.environment)

    @contextmanager
    def serving(self, *arguments: str, stderr: int = subprocess.STDOUT) -> Iterator[tuple[subprocess.Popen[str], Path]]:
        """A command that serves cards, and the socket that it says to export; killed in the end."""
        process = self.start(*arguments, stderr=stderr)
        try:
            assert process.stdout is not None
            exported = next(line for line in process.stdout if f"export {SOCKET_VARIABLE}=" in line)
            yield process, Path(exported.strip().partition("=")[2])
        finally:
            process.kill()
            process.communicate()

    def running(self, *arguments: str) -> AbstractContextManager[tuple[subprocess.Popen[str], Path]]:
        """`stuntcard run` with these arguments."""
        return self.serving("run", *arguments)

"""The command `stuntcard` as a test runs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clients.opensc import SOCKET_VARIABLE

STUNTCARD = Path(sys.executable).with_name("stuntcard")
PATIENCE = 60


class StuntcardCommand:
    """The command; called with its arguments, it gives how it ended and what it wrote."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [STUNTCARD, *arguments], capture_output=True, text=True, timeout=PATIENCE, env=self.environment
        )

    def done(self, *arguments: str | Path) -> str:
        """What it wrote, if it ended well."""
        run = self(*arguments)
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        command = [STUNTCARD, *arguments]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment
        )

    @contextmanager
    def running(self, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
        """`stuntcard run` with these arguments, and the socket that it says to export; killed in the end."""
        process = self.start("run", *arguments)
        assert process.stdout is not None
        exported = next(line for line in process.stdout if f"export {SOCKET_VARIABLE}=" in line)
        try:
            yield process, Path(exported.strip().partition("=")[2])
        finally:
            process.kill()
            process.communicate()

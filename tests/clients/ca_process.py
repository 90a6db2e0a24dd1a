"""The training CA as people run it: `cardtools-ca run`, a process of its own, and its commands beside it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.programs import PATIENCE, shown
from tests.unit.cardtools.ca.running_ca import new_folder

COMMAND = [sys.executable, "-m", "cardtools.ca"]


@dataclass(frozen=True, slots=True)
class CaProcess:
    """A CA that runs, and its folder."""

    url: str
    folder: Path

    def do(self, *command: str, folder_after: int = 1) -> str:
        """Runs a command of the CA's, with its folder after the first words; gives what it writes."""
        words = [*command[:folder_after], str(self.folder), *command[folder_after:]]
        return shown(*COMMAND, *words)


@contextmanager
def ca_process(parent: Path, *options: str) -> Iterator[CaProcess]:
    """A new CA, run with these options at a free port."""
    folder = new_folder(parent)
    command = [*COMMAND, "run", str(folder), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield CaProcess(running.stdout.readline().strip(), folder)
        finally:
            running.terminate()
            running.wait(PATIENCE)

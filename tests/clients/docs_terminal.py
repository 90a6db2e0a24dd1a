"""Terminals at which a page's commands are typed, all in one shell with a home of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROWS, COLUMNS = 60, 150
PATIENCE = 180
GLANCE = 0.02
"""Seconds between two looks at the terminal's modes, which change without notice."""
PROMPT = re.compile(r": ?\Z")
SEEN = re.compile(r"(?:\[y/N\]|Number): \Z")
"""Prompts at which what is typed may be seen."""
DONE = re.compile(r"\x1e(\d+)\x1e")

# Each step is a file, which the shell reads in when its name comes.
SHELL = r"""
set -o pipefail
while IFS= read -r step <&"$0"; do
    source "$step"
    printf '\036%d\036' $?
done
"""


class Terminal:
    """A program at a terminal, its group of processes, and what it has written."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str], passed: int = -1) -> None:
        self.typed_to, program_side = pty.openpty()
        fcntl.ioctl(program_side, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=program_side,
            stdout=program_side,
            stderr=program_side,
            start_new_session=True,
            pass_fds=[passed] if passed >= 0 else [],
        )
        os.close(program_side)
        self.written = ""

    def read(self) -> bool:
        """Reads what is there, or waits a moment for something; whether anything may still come."""
        if not select.select([self.typed_to], [], [], GLANCE)[0]:
            return self.process.poll() is None
        try:
            self.written += os.read(self.typed_to, 65536).decode(errors="replace")
        except OSError:  # EIO: the program has ended
            return False
        return True

    def asks(self, since: int) -> bool:
        """Whether it waits for something that is typed, behind what it has written since."""
        if not PROMPT.search(self.written[since:]):
            return False
        hides: bool = not termios.tcgetattr(self.typed_to)[3] & termios.ECHO
        return hides or SEEN.search(self.written, since) is not None

    def type(self, line: str) -> None:
        os.write(self.typed_to, f"{line}\n".encode())

    def interrupt(self) -> int:
        """Ctrl-C; what it ends with."""
        os.killpg(self.process.pid, signal.SIGINT)
        deadline = time.monotonic() + PATIENCE
        while self.read() and time.monotonic() < deadline:
            pass
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.typed_to)


class Shell:
    """One shell, to which step after step is given."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._count = folder, 0
        steps, self._steps = os.pipe()
        self._terminal = Terminal(["bash", "-c", SHELL, str(steps)], folder, environment, steps)
        os.close(steps)

    def run(self, commands: str, answers: Sequence[str], strict: bool) -> tuple[int, str]:
        """What a step ended with, and wrote; strict: its first command that fails ends it, and the shell with it."""
        self._count += 1
        file = self._folder.parent / f"step{self._count}"
        file.write_text(f"set {'-' if strict else '+'}e\n{commands}\n", encoding="utf-8")
        os.write(self._steps, f"{file}\n".encode())
        terminal, left = self._terminal, list(answers)
        begin = seen = len(terminal.written)
        deadline = time.monotonic() + PATIENCE
        while (done := DONE.search(terminal.written, begin)) is None:
            if not terminal.read():
                return terminal.process.wait(PATIENCE), terminal.written[begin:]
            if terminal.asks(seen) and left:
                terminal.type(left.pop(0))
                seen = len(terminal.written)
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(commands, PATIENCE, output=terminal.written[begin:])
        assert not left, f"nobody asked for {left}: {terminal.written[begin:]}"
        return int(done[1]), terminal.written[begin : done.start()]

    def close(self) -> None:
        os.close(self._steps)
        self._terminal.close()

"""Runs a program at a terminal of its own and types, as a person would."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Sequence

_IN_PLAIN_VIEW = ("[y/N]: ", "or nothing: ", "Number: ")
"""What questions end with that take their answer with echo on."""
_GLANCE = 0.01
"""Seconds between two looks at the terminal's modes, which change without notice."""


def run_at_terminal(
    command: Sequence[str], typing: Sequence[tuple[str, str]], patience: float
) -> subprocess.CompletedProcess[str]:
    """Runs a program; types each answer when its prompt has been shown and echo is off, or when it asks in plain view.

    Turning echo off drops what was typed before (TCSAFLUSH, termios(3)), so that to wait for the prompt is not enough.
    Raises subprocess.TimeoutExpired, with what was shown, when the program waits for more.
    """
    terminal, program_side = pty.openpty()
    process = subprocess.Popen(
        command, stdin=program_side, stdout=program_side, stderr=program_side, start_new_session=True
    )
    os.close(program_side)
    answers, shown, seen = list(typing), "", 0
    deadline = time.monotonic() + patience
    try:
        while True:
            if select.select([terminal], [], [], _GLANCE)[0]:
                output = _read(terminal)
                if not output:
                    break
                shown += output
            if answers and answers[0][0] in shown[seen:] and _takes_typing(terminal, answers[0][0]):
                os.write(terminal, answers.pop(0)[1].encode() + b"\n")
                seen = len(shown)
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(command, patience, output=shown)
    finally:
        if process.poll() is None and time.monotonic() > deadline:
            process.kill()
        process.wait()
        os.close(terminal)
    return subprocess.CompletedProcess(command, process.returncode, shown)


def _takes_typing(terminal: int, prompt: str) -> bool:
    return prompt.endswith(_IN_PLAIN_VIEW) or _hides_typing(terminal)


def _hides_typing(terminal: int) -> bool:
    modes: int = termios.tcgetattr(terminal)[3]
    return not modes & termios.ECHO


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 4096).decode(errors="replace").replace("\r\n", "\n")
    except OSError:  # EIO: the program has ended
        return ""

"""Runs a program at a terminal of its own and types what its prompts ask for, as a person would."""

from __future__ import annotations

import contextlib
import errno
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
from dataclasses import dataclass
from pathlib import Path

from demo.walkthrough.stopping import undisturbed

HIDDEN = "●●●●●●●●"
"""Stands where something was typed that the terminal did not show."""

_HEIGHT = 50
_GLANCE = 0.05
"""Seconds between two looks at whether the program has ended."""
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody types after a prompt. `what` says it in words, for a reader who can't see a hidden code."""

    prompt: str
    answer: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that has ended: its exit status, and all that stood on the terminal, styles included."""

    status: int
    shown: str

    @property
    def text(self) -> str:
        """What was shown, without styles."""
        return plain(self.shown)


class StuckError(Exception):
    """The program did not end, or never asked for what was to be typed."""

    def __init__(self, reason: str, shown: str) -> None:
        super().__init__(reason)
        self.shown = shown


def plain(shown: str) -> str:
    """A terminal's text without the sequences that colour it."""
    return _STYLE.sub("", shown)


def run_at_terminal(
    command: Sequence[str],
    typing: Sequence[Typed],
    environment: Mapping[str, str],
    folder: Path,
    width: int,
    patience: float,
) -> Ended:
    """Runs a program until it ends. Raises StuckError, and OSError when it can't be started."""
    terminal, program_side = pty.openpty()
    process = None
    try:
        fcntl.ioctl(program_side, termios.TIOCSWINSZ, struct.pack("HHHH", _HEIGHT, width, 0, 0))
        with undisturbed():
            try:
                process = subprocess.Popen(
                    command, stdin=program_side, stdout=program_side, stderr=program_side,
                    cwd=folder, env=environment, start_new_session=True,
                )  # fmt: skip
            finally:
                os.close(program_side)
        return _attend(process, terminal, list(typing), time.monotonic() + patience)
    finally:
        if process is not None:
            _end(process)
        os.close(terminal)


def _attend(process: subprocess.Popen[bytes], terminal: int, typing: list[Typed], until: float) -> Ended:
    shown, unread = "", b""
    while True:
        if time.monotonic() > until:
            raise StuckError(f"It still waits{_for(typing)}.", shown)
        if not select.select([terminal], [], [], _GLANCE)[0]:
            continue
        output = _read(terminal)
        if not output:
            break
        unread += output
        text, unread = _decoded(unread)
        shown += text.replace("\r\n", "\n")
        if typing and plain(shown).endswith(typing[0].prompt):
            shown += _type(terminal, typing.pop(0))
    try:
        status = process.wait(timeout=max(1.0, until - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise StuckError("It has closed its terminal, and does not end.", shown) from error
    if status == 0 and typing:
        raise StuckError(f"It ended, and never asked{_for(typing)}.", shown)
    return Ended(status, shown)


def _type(terminal: int, typed: Typed) -> str:
    """Types an answer; gives what has to be shown for it, because the terminal does not."""
    hidden = not termios.tcgetattr(terminal)[3] & termios.ECHO
    os.write(terminal, typed.answer.encode() + b"\n")
    if not hidden:
        return ""
    return f"{HIDDEN}  ({typed.what})" if typed.what else HIDDEN


def _for(typing: Sequence[Typed]) -> str:
    return f" for {typing[0].what or 'an answer'} at the prompt {typing[0].prompt!r}" if typing else ""


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError as error:
        if error.errno != errno.EIO:  # EIO: nobody has the other side open any more
            raise
        return b""


def _decoded(output: bytes) -> tuple[str, bytes]:
    """The text of as much output as is whole; a character, or a line's end, may be cut in two."""
    for cut in range(min(4, len(output))):
        whole = output[: len(output) - cut]
        with contextlib.suppress(UnicodeDecodeError):
            if not whole.endswith(b"\r"):
                return whole.decode(), output[len(whole) :]
    return ("", output) if len(output) < 4 else (output.decode(errors="replace"), b"")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the program and what it started, if it has not ended: it leads a session of its own."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

"""Programs that the console starts because it needs them: the emulator's server, and a CA for training."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cardtools.console.errors import ConsoleError

_PATIENCE = 60.0
"""Seconds until a program that was started must be there; a slow machine takes some."""
_STEP = 0.05
_END_PATIENCE = 30.0
"""Seconds until one that was told to end is killed; it would leave its sockets and notes behind."""
_NOTE_MAX = 4096


@dataclass(frozen=True, slots=True)
class Note:
    """Where the emulator's server is, as it notes it for its user (docs/http-api.md)."""

    url: str
    token: str
    process: int


class Child:
    """A program that runs until `end`."""

    def __init__(self, command: Sequence[str], output: int | None = None) -> None:
        """Its last words are kept, to say why it ended. Raises ConsoleError when it can't be started."""
        self._name = Path(command[-1]).name if len(command) < 3 else command[2]
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed at the end
        try:
            # A session of its own: Ctrl-C at the terminal is for the console, which ends it when it is through.
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if output is None else output,
                stderr=self._errors,
                start_new_session=True,
            )
        except OSError as error:
            raise ConsoleError("child-not-started", program=self._name, reason=error.strerror or str(error)) from error

    def require_alive(self) -> None:
        """Raises ConsoleError with the program's last words when it has ended."""
        if self.process.poll() is None:
            return
        self._errors.seek(0)
        lines = self._errors.read(_NOTE_MAX * 16).decode("utf-8", "replace").strip().splitlines()
        reason = " ".join(lines[-3:]) or f"status {self.process.returncode}"
        raise ConsoleError("child-not-started", program=self._name, reason=reason)

    def end(self) -> None:
        """Has it end, and waits for that."""
        self.process.terminate()
        try:
            self.process.wait(_END_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._errors.close()


# The emulator's server


def server_running() -> Note | None:
    """This user's emulator's server; None when there is none."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(base) / "stuntcard" if base else Path(tempfile.gettempdir()) / f"stuntcard-{os.getuid()}"
    try:
        # Only what this user wrote, and nobody else can read, is believed.
        descriptor = os.open(folder / "serve.json", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
                return None
            note = json.loads(file.read(_NOTE_MAX))
        os.kill(int(note["process"]), 0)
        return Note(str(note["url"]), str(note["token"]), int(note["process"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def start_server() -> tuple[Child, Note]:
    """Starts the emulator's server, on a port of its choice. Raises ConsoleError."""
    child = Child((sys.executable, "-P", "-m", "stuntcard", "serve", "--port", "0"))
    try:
        return child, _awaited(child)
    except BaseException:
        child.end()
        raise


def _awaited(child: Child) -> Note:
    """Its note, once it is there. Raises ConsoleError when the program ends before, or takes too long."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        found = server_running()
        # What another one has left may be there until then.
        if found is not None and found.process == child.process.pid:
            return found
        child.require_alive()
        time.sleep(_STEP)
    raise ConsoleError("child-silent", program="stuntcard serve")


# The CA


class TrainingCa:
    """A CA for enrolment, started when it is first asked for."""

    def __init__(self, folder: Path, url: str | None) -> None:
        """`url`: of a CA that runs already; else one is kept in the folder."""
        self._folder = folder
        self._url = url
        self._child: Child | None = None
        self._lock = threading.Lock()

    def url(self) -> str:
        """Its address. Raises ConsoleError when it can't be started."""
        with self._lock:
            if self._child is not None and self._child.process.poll() is not None:
                self._child, self._url = None, None
            if self._url is None:
                self._child, self._url = _start_ca(self._folder)
            return self._url

    def end(self) -> None:
        """Ends it, where it was started here."""
        with self._lock:
            if self._child is not None:
                self._child.end()


def _start_ca(folder: Path) -> tuple[Child, str]:
    program = (sys.executable, "-P", "-m", "cardtools.ca")
    if not folder.exists():
        made = subprocess.run((*program, "init", str(folder)), capture_output=True, timeout=_PATIENCE, check=False)
        if made.returncode:
            raise ConsoleError("child-not-started", program="cardtools-ca", reason=made.stderr.decode()[-300:].strip())
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as lines:
        try:
            child = Child((*program, "run", str(folder), "--auto", "--port", "0"), writing)
        finally:
            os.close(writing)
        # Its first line is its address; it ends without one when something is wrong.
        address = lines.readline().decode().strip()
    if not address:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(_END_PATIENCE)
        child.require_alive()
    return child, address

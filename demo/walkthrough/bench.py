"""Where the story is played: a folder of its own, the programs' environment, and those that run in the background."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from demo.walkthrough.stopping import undisturbed
from demo.walkthrough.terminal import Ended, StuckError, Typed, run_at_terminal

SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"

_PATIENCE = 120.0
"""Seconds for one program, on a machine that has much else to do."""
_QUESTION_PATIENCE = 60.0
_END_PATIENCE = 60.0
_KEPT = ("CARDTOOLS_PKCS11_MODULE", "TMPDIR")


class Bench:
    """The programs' home. Nothing outside of its folder is read or changed, but for the programs themselves."""

    def __init__(self, folder: Path, width: int, lang: str) -> None:
        """`lang`: what the programs find in LANG."""
        self.folder = folder
        self.width = width
        self._background: list[subprocess.Popen[bytes]] = []
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        self._environment = {
            # The programs that belong to this Python come first.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "HOME": str(folder),
            "LANG": lang,
            "TERM": "xterm-256color",
            "TZ": "UTC",
            "PYTHONUTF8": "1",
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_CACHE_HOME": str(folder / ".cache"),
            "XDG_CONFIG_HOME": str(folder / ".config"),
            "XDG_DATA_HOME": str(folder / ".local/share"),
            "XDG_STATE_HOME": str(folder / ".local/state"),
            "STUNTCARD_HOME": str(folder / ".local/share/stuntcard"),
            "ENROL_HOME": str(folder / ".local/state/enrol"),
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
        }

    @property
    def pkcs11_module(self) -> str:
        """OpenSC's PKCS#11 module: a name that the dynamic linker finds, or as the environment says."""
        return self._environment.get("CARDTOOLS_PKCS11_MODULE", "opensc-pkcs11.so")

    def see(self, socket: str) -> None:
        """Has all programs that are started from now on see the cards behind a PC/SC socket."""
        self._environment[SOCKET_VARIABLE] = socket

    def run(self, command: Sequence[str], typing: Sequence[Typed] = ()) -> Ended:
        """Runs a program at a terminal until it ends. Raises StuckError, OSError."""
        return run_at_terminal(command, typing, self._environment, self.folder, self.width, _PATIENCE)

    def output(self, command: Sequence[str]) -> str:
        """What a program writes, that is asked something behind the scenes. Raises StuckError when it fails."""
        try:
            # Nobody waits long for what is only asked, so that a signal may wait for its end.
            with undisturbed():
                done = subprocess.run(
                    command, capture_output=True, text=True, cwd=self.folder, env=self._environment,
                    timeout=_QUESTION_PATIENCE, stdin=subprocess.DEVNULL, check=False, start_new_session=True,
                )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise StuckError(f"{' '.join(command)} still runs after {_QUESTION_PATIENCE:g} seconds.", "") from error
        if done.returncode != 0:
            raise StuckError(f"{' '.join(command)} ended with {done.returncode}.", done.stdout + done.stderr)
        return done.stdout

    # In the background

    def start(self, command: Sequence[str], ready: str) -> tuple[int, str, re.Match[str]]:
        """Starts a program that stays; waits until a line of its output matches `ready`.

        Gives its process id, its output until then, and the match. Raises StuckError, OSError.
        """
        with undisturbed():
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                cwd=self.folder, env=self._environment, start_new_session=True,
            )  # fmt: skip
            self._background.append(process)
        assert process.stdout is not None
        shown, until = b"", time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if not select.select([process.stdout], [], [], 0.1)[0]:
                continue
            output = os.read(process.stdout.fileno(), 65536)
            if not output:
                raise StuckError(f"{command[0]} ended before it was ready.", shown.decode(errors="replace"))
            shown += output
            if (found := re.search(ready, text := shown.decode(errors="replace"), re.MULTILINE)) and text[-1] == "\n":
                return process.pid, text, found
        raise StuckError(f"{command[0]} is not ready after {_PATIENCE:g} seconds.", shown.decode(errors="replace"))

    def stop(self, process_id: int) -> int:
        """Ends one of the background as Ctrl-C does; gives its exit status."""
        [process] = [one for one in self._background if one.pid == process_id]
        self._background.remove(process)
        return _ended(process)

    def stop_all(self) -> None:
        """Ends whatever still runs in the background, the last one first."""
        while self._background:
            _ended(self._background.pop())


def _ended(process: subprocess.Popen[bytes]) -> int:
    with process:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            return process.wait(_END_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


@contextlib.contextmanager
def bench(width: int, lang: str) -> Iterator[Bench]:
    """A bench that is cleared at the end, whatever happened."""
    # Short, for a socket's path has at most 107 bytes (unix(7)).
    with tempfile.TemporaryDirectory(prefix="walk-") as folder:
        one = Bench(Path(folder), width, lang)
        try:
            yield one
        finally:
            one.stop_all()

"""The programs of a client: how they are started, here or in another system's root folder, and what they are told."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stuntcard.campaign.client import Allowed, Ended, How, NotStartedError, run_client
from stuntcard.campaign.masked import Secrets
from stuntcard.campaign.model import Client
from stuntcard.campaign.placeholders import NothingKnownError, filled
from stuntcard.running.pcsc import SOCKET_VARIABLE

_SHARED = "stuntcard-run-"
"""What folders in other roots begin with; behind it stands the number of the process that made them."""
_NOT_STARTED = (125, 126, 127)
"""What `env` says in place of a program that it could not start (coreutils)."""


class Programs:
    """A client, with values for the placeholders in its texts."""

    def __init__(self, client: Client, values: Mapping[str, str]) -> None:
        """Raises NothingKnownError where a placeholder of the client's has no value."""
        self._client = client
        self._values = dict(values)
        if client.module is not None:
            self._values["module"] = self.text(client.module)
        self.root = Path(self.text(client.root)).absolute() if client.root is not None else None

    def text(self, text: str) -> str:
        """A text with values in place of its placeholders. Raises NothingKnownError."""
        return filled(text, self._values)

    @contextmanager
    def folder(self) -> Iterator[Path | None]:
        """A folder that the programs of another root see as well, gone again afterwards; None for those of this one.

        Raises NotStartedError when there is no such root.
        """
        if self.root is None:
            yield None
            return
        if not (self.root / "tmp").is_dir():
            raise NotStartedError(f"{self.root}: there is no root folder of another system with a tmp in it")
        clear_away_in(self.root)
        with tempfile.TemporaryDirectory(prefix=f"{_SHARED}{os.getpid()}-", dir=self.root / "tmp") as folder:
            yield Path(folder)

    def at(self, folder: Path, socket: Path) -> Place:
        """The programs, started in a folder, with the reader behind a socket.

        A variable of their environment is left out where its placeholders have no value: not each command needs it.
        """
        inner = folder if self.root is None else _within(self.root, folder)
        seen = socket if self.root is None else _within(self.root, socket)
        values = {**self._values, "folder": str(inner)}
        path = os.pathsep.join((*(filled(one, values) for one in self._client.path), os.environ.get("PATH", "")))
        environment = {
            **os.environ,
            "PATH": path,
            "HOME": str(inner),
            "TMPDIR": str(inner),
            "LC_ALL": "C.UTF-8",
            SOCKET_VARIABLE: str(seen),
            **dict(self._environment(values)),
        }
        return Place(self.root, folder, inner, values, environment)

    def _environment(self, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for name, value in self._client.environment.items():
            with contextlib.suppress(NothingKnownError):
                yield name, filled(value, values)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client's programs are started, and what they are told."""

    root: Path | None
    folder: Path
    inner: Path
    """The folder as they see it."""
    values: Mapping[str, str]
    environment: Mapping[str, str]

    @property
    def secrets(self) -> Secrets:
        """The codes that they may have been given."""
        known = ("pin", "wrong-pin", "puk", "value", "new")
        return Secrets(value for name, value in self.values.items() if name in known or name.startswith("code:"))

    def shown(self, line: str) -> str:
        """A command line with its placeholders filled."""
        return shlex.join(self._words(line))

    def run(self, line: str, allowed: Allowed, stop: int | None = None) -> Ended:
        """Runs a command line to its end. Raises NotStartedError, NothingKnownError."""
        try:
            return self._run(line, allowed, stop)
        except NotStartedError as error:  # what it says may have a code in it
            raise NotStartedError(self.secrets.masked(str(error))) from None

    def _run(self, line: str, allowed: Allowed, stop: int | None) -> Ended:
        words = self._words(line)
        if self.root is None:
            # Found by the client's own PATH, and not by that of this process.
            program = shutil.which(words[0], path=self.environment["PATH"])
            return run_client([program or words[0], *words[1:]], self.environment, self.folder, allowed, stop)
        # Without root, a user namespace lets one's own user be root within the folder.
        change = ["chroot"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "chroot"]
        command = [*change, str(self.root), "env", f"--chdir={self.inner}", *words]
        ended = run_client(command, self.environment, self.folder, allowed, stop)
        if ended.how is How.EXITED and ended.number in _NOT_STARTED:
            said = ended.output.decode(errors="replace").strip().splitlines()
            raise NotStartedError(f"{words[0]} can't be run in {self.root}: {said[-1] if said else ended.words}")
        return ended

    def _words(self, line: str) -> list[str]:
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise NotStartedError(f"{line}: can't be split into words: {error}") from error
        return [filled(word, self.values) for word in words]


def clear_away_in(root: Path) -> None:
    """Removes folders that runs left behind which were killed."""
    for folder in (root / "tmp").glob(f"{_SHARED}*-*"):
        process = folder.name.removeprefix(_SHARED).partition("-")[0]
        if process.isdecimal() and not Path(f"/proc/{process}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _within(root: Path, path: Path) -> Path:
    return Path("/") / path.relative_to(root)

"""The private directory of this user's running cards: one folder a card, and in it the card's sockets."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

LONGEST_SOCKET_PATH = 107
PCSC_SOCKET, CONTROL_SOCKET = "pcsc.sock", "control.sock"


def runtime_directory() -> Path:
    """The private directory (0700) below which running cards have their sockets. Raises OSError when it is not ours."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    temporary = Path(tempfile.gettempdir()).absolute() / f"stuntcard-{os.getuid()}"
    directory = Path(base).absolute() / "stuntcard" if base else temporary
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(
            f"{directory} can't be made: {error.strerror}; set XDG_RUNTIME_DIR to a private directory of yours"
        ) from error
    status = directory.lstat()
    if directory.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise PermissionError(
            f"{directory} is open to others; remove it, or set XDG_RUNTIME_DIR to a private directory"
        )
    return directory


@contextlib.contextmanager
def card_directory(name: str) -> Iterator[Path]:
    """A directory for one running card's sockets, gone again afterwards."""
    runtime = runtime_directory()
    _sweep(runtime)
    with tempfile.TemporaryDirectory(prefix=f"{name}-{os.getpid()}-", dir=runtime) as directory:
        path = Path(directory)
        if len(os.fsencode(path / CONTROL_SOCKET)) > LONGEST_SOCKET_PATH:
            raise OSError(
                f"{path} is too long a path for a socket, which has at most {LONGEST_SOCKET_PATH} bytes; "
                f"set XDG_RUNTIME_DIR to a private directory with a short path"
            )
        yield path


def name_in(directory: Path) -> str:
    """The name of the card whose directory this is."""
    return directory.name.rsplit("-", 2)[0]


def process_in(directory: Path) -> int:
    """The number of the process that runs the card whose directory this is."""
    return int(directory.name.rsplit("-", 2)[1])


def _sweep(runtime: Path) -> None:
    """Clears away what emulators left behind that were killed."""
    for directory in runtime.glob("*-*-*"):
        process = directory.name.rsplit("-", 2)[1]
        if process.isdecimal() and not _runs(int(process)):
            shutil.rmtree(directory, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True

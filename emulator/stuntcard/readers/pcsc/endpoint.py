"""The socket file: made private, taken over from a server that was killed, removed in the end."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PATH_MAX = 107  # sun_path has 108 bytes, the last of them NUL (unix(7))
_BACKLOG = 1024
_PROBE_PATIENCE = 1.0  # seconds


class PcscSocketError(OSError):
    """The socket cannot be served; the message says why and what to do."""


class Endpoint:
    """A listening socket that only its owner can reach: mode 0600, in a directory of mode 0700."""

    def __init__(self, path: Path) -> None:
        """Makes the directory if there is none. Raises PcscSocketError."""
        self._path = path
        size = len(os.fsencode(path))
        if size > _PATH_MAX:
            raise PcscSocketError(
                f"the socket path {path} is too long: it has {size} bytes, and a Unix socket allows "
                f"{_PATH_MAX}. Choose a shorter one"
            )
        try:
            _make_private(path.parent)
            with _directory_lock(path.parent):
                _clear_stale(path)
                self._socket = _bind(path)
                self._file = _identity(path)
        except PcscSocketError:
            raise
        except OSError as error:
            raise PcscSocketError(f"the socket {path} cannot be served: {error.strerror}") from error

    def accept(self) -> socket.socket:
        """The next client. Raises OSError, also after `close`."""
        client, _ = self._socket.accept()
        return client

    def close(self) -> None:
        """Remove the file, unless another server has put its own in the place, and end a waiting `accept`."""
        with suppress(OSError), _directory_lock(self._path.parent):
            if _identity(self._path) == self._file:
                self._path.unlink()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # closing alone would leave accept waiting
        self._socket.close()


def _bind(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listener.fileno(), 0o600)  # Linux gives the file this mode from its first moment
        listener.bind(str(path))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _identity(path: Path) -> tuple[int, int]:
    status = path.lstat()
    return status.st_dev, status.st_ino


def _make_private(directory: Path) -> None:
    directory.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    status = directory.stat()
    if not stat.S_ISDIR(status.st_mode):
        raise PcscSocketError(f"{directory} is not a directory. Choose another path for the socket")
    if status.st_uid != os.geteuid():
        raise PcscSocketError(f"the directory {directory} belongs to another user. Choose one of your own")
    if status.st_mode & 0o077:
        raise PcscSocketError(
            f"the directory {directory} is open to other users (mode {stat.S_IMODE(status.st_mode):04o}), "
            f"who could reach the card. Choose another, or close it: chmod 700 {directory}"
        )


@contextmanager
def _directory_lock(directory: Path) -> Iterator[None]:
    # Two servers that start at once would each take the other's fresh socket for a stale one.
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _clear_stale(path: Path) -> None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(status.st_mode):
        raise PcscSocketError(f"{path} exists and is not a socket. Choose another path, or remove it")
    if _is_served(path):
        raise PcscSocketError(f"another server is already serving {path}. Stop it, or choose another path for this one")
    path.unlink()


def _is_served(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_PROBE_PATIENCE)
        error = probe.connect_ex(str(path))
    return error != errno.ECONNREFUSED  # a server too busy to accept is alive as well

"""Files that a person names, read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """A file to be read. Raises OSError, also for what is no file: a pipe or a terminal would make us wait."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a file")
        yield file


def read_small(path: Path, limit: int) -> bytes:
    """A file's content, or its first `limit` bytes and one more. Raises OSError, also for what is no file."""
    with opened(path) as file:
        return file.read(limit + 1)

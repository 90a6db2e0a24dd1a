"""Files that a person names, read with a bound."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_small(path: Path, limit: int) -> bytes:
    """A file's content, or its first `limit` bytes and one more. Raises OSError, also for what is no file: a pipe or a
    terminal would make us wait.
    """  # fmt: skip
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a file")
        return file.read(limit + 1)

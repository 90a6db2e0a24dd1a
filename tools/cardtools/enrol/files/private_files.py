"""Small files that only their owner may read, in a folder that only the owner may enter."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cardtools.common.small_files import read_small
from cardtools.enrol.errors import BadInputError, UnavailableError

MAX_FILE = 64 * 1024
_OWNER_ONLY = 0o700
_OWNER_READS_AND_WRITES = 0o600


def read_private(path: Path) -> str | None:
    """A file's text; None when there is no such file. Raises BadInputError when it can't be read or is no text."""
    try:
        content = read_small(path, MAX_FILE)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInputError("file-unreadable", file=str(path), reason=error.strerror or str(error)) from error
    if len(content) > MAX_FILE:
        raise BadInputError("file-too-large", file=str(path), limit=str(MAX_FILE))
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise BadInputError("file-unreadable", file=str(path), reason=str(error)) from error


def write_private(path: Path, text: str) -> None:
    """Writes a file whole, or leaves the old one: a half-written one is never seen. Raises UnavailableError."""
    try:
        make_private_folder(path.parent)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UnavailableError("file-unwritable", file=str(path), reason=error.strerror or str(error)) from error


def write_private_new(path: Path, content: bytes) -> None:
    """Writes a file that is not there yet, for its owner alone. Raises BadInputError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_READS_AND_WRITES)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except FileExistsError as error:
        raise BadInputError("file-there", file=str(path)) from error
    except OSError as error:
        raise BadInputError("file-unwritable", file=str(path), reason=error.strerror or str(error)) from error


def make_private_folder(folder: Path) -> None:
    """Makes a folder that is there for its owner alone; one that is there already stays as it is. Raises OSError."""
    folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)

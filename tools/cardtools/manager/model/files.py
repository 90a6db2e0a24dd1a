"""Files that a person names: read with a bound, written without destroying another."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cardtools.common.small_files import opened, read_small
from cardtools.manager.model.refusals import ManagerError, UsageError

LIMIT = 1 << 20
"""Bytes. A PKCS#12 file with a few certificates has some thousands."""


def read_file(path: Path) -> bytes:
    """A file's content. Raises UsageError when it can't be read, ManagerError when it is larger than LIMIT."""
    try:
        content = read_small(path, LIMIT)
    except OSError as error:
        raise UsageError("file-unreadable", file=str(path), why=error.strerror or "") from None
    if len(content) > LIMIT:
        raise ManagerError("file-too-large", limit=LIMIT)
    return content


def digest_of_file(path: Path) -> bytes:
    """The SHA-256 digest of a file of any size. Raises UsageError when it can't be read."""
    try:
        with opened(path) as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise UsageError("file-unreadable", file=str(path), why=error.strerror or "") from None


def check_writable(path: Path, *, force: bool) -> None:
    """Raises UsageError when the file is there and may not be replaced."""
    if path.exists() and not force:
        raise UsageError("file-exists", file=str(path))


def write_file(path: Path, content: bytes, *, force: bool) -> None:
    """Writes a file. One that is there is replaced with `force` only. Raises UsageError."""
    check_writable(path, force=force)
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(content)
    except FileExistsError:
        raise UsageError("file-exists", file=str(path)) from None
    except OSError as error:
        raise UsageError("file-unwritable", file=str(path), why=error.strerror or "") from None


def make_folder(path: Path) -> None:
    """Makes a folder, if it is not there. Raises UsageError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("file-unwritable", file=str(path), why=error.strerror or "") from None

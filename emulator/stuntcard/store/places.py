"""Where stored cards lie: directories that only their owner can enter, and names that stay inside them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from stuntcard.profile.places import home_directory
from stuntcard.store.errors import StoreError

CARD_SUFFIX = ".card"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def cards_directory() -> Path:
    """The directory of the cards. Raises StoreError when it can't be had, or is open to others."""
    return private_directory(home_directory() / "cards")


def snapshots_directory(card: str) -> Path:
    """The directory of one card's snapshots, whether it is there or not. Raises StoreError for what can't be a name."""
    return home_directory() / "snapshots" / checked_name(card)


def snapshots_of_all() -> tuple[Path, ...]:
    """The directories of all cards' snapshots. Raises StoreError when there is no reading what they lie in."""
    directory = home_directory() / "snapshots"
    try:
        return tuple(sorted(path for path in directory.iterdir() if path.is_dir())) if directory.is_dir() else ()
    except OSError as error:
        raise StoreError(
            f"{directory}: snapshots can't be listed: {error.strerror}; mend that, and try again"
        ) from error


def card_path(name: str) -> Path:
    """The file of the card of that name, whether it is there or not. Raises StoreError for what can't be a name."""
    return cards_directory() / f"{checked_name(name)}{CARD_SUFFIX}"


def snapshot_path(card: str, snapshot: str) -> Path:
    """The file of a card's snapshot, whether it is there or not. Raises StoreError for what can't be a name."""
    return snapshots_directory(card) / f"{checked_name(snapshot)}{CARD_SUFFIX}"


def checked_name(name: str) -> str:
    """The name itself. Raises StoreError for what can't be the name of a card or a snapshot."""
    if not _NAME.fullmatch(name):
        raise StoreError(
            f"{name!r} can't be a name here; take 1 to 64 letters (a to z), digits, - and _, "
            "the first of them a letter or a digit"
        )
    return name


def sync_directory(directory: Path) -> None:
    """Has the names in a directory survive a power loss. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(file: Path, content: bytes) -> None:
    """Makes a new file that only its owner can read, whole or not at all, whatever becomes of this program.

    Raises FileExistsError, or another OSError.
    """
    if file.exists():
        raise FileExistsError(file)
    try:
        descriptor = os.open(file.parent, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except (AttributeError, OSError):
        # Only Linux has files without a name, and not in every file system.
        _write_by_name(file, content)
        return
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)
        # Python follows the link to the file only where it is given a directory, which an absolute path needs not.
        os.link(f"/proc/self/fd/{descriptor}", file, src_dir_fd=descriptor)


def _write_by_name(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
    except OSError:
        file.unlink(missing_ok=True)
        raise


def private_directory(directory: Path) -> Path:
    """The directory itself, made if need be. Raises StoreError when it can't be had, or is open to others."""
    try:
        _make(directory)
        status = directory.lstat()
    except OSError as error:
        raise StoreError(
            f"{directory}: cards can't be kept there: {error.strerror}; "
            "mend that, or set STUNTCARD_HOME to a directory of yours"
        ) from error
    if directory.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise StoreError(
            f"{directory} is open to others, and cards hold codes and keys; close it: chmod 700 {directory}, "
            "or set STUNTCARD_HOME to a directory of yours"
        )
    return directory


def _make(directory: Path) -> None:
    if directory.is_dir():
        return
    _make(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)
    sync_directory(directory.parent)

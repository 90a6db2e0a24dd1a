"""One program at a time has a card open. The kernel frees the lock of a program however it ends.

The lock is on a file beside the card's, which says who has it.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stuntcard.store.errors import CardInUseError

if TYPE_CHECKING:
    from stuntcard.messages import Messages

LOCK_SUFFIX = ".lock"
_ATTEMPTS, _LOOKS, _PAUSE = 5, 500, 0.02
"""Whoever uses the card may be about to end; whoever only looks shares the lock for an instant, which is long where
the machine is busy."""
_RECORD_MAX = 4096
_OURS = "stuntcard"


@dataclass(frozen=True, slots=True)
class CardUser:
    """The program that has a card open. `command` is its name without its arguments: codes may stand there."""

    pid: int
    command: str
    since: str


class CardLock:
    """The right to open a card's file, until it is released."""

    def __init__(self, card: Path) -> None:
        """Raises CardInUseError, or OSError."""
        self._path = lock_path(card)
        used = 0
        for _ in range(_LOOKS):
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if self._taken():
                self._sign()
                return
            used += self._used()
            os.close(self._descriptor)
            if used == _ATTEMPTS:
                break
            time.sleep(_PAUSE)
        user = _read(self._path)
        raise CardInUseError(lambda messages: _in_use(card.stem, user, messages))

    def release(self) -> None:
        """Lets the next one in."""
        os.close(self._descriptor)

    def forget(self) -> None:
        """Takes the file away, for a card that is no more; the lock holds on."""
        self._path.unlink(missing_ok=True)

    def _taken(self) -> bool:
        """Whether the lock could be had, on the file that has the name: a card may have been deleted meanwhile."""
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        return False

    def _used(self) -> bool:
        """Whether somebody has the card open, and does not only look who has."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False

    def _sign(self) -> None:
        since = datetime.datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        record = json.dumps(asdict(CardUser(os.getpid(), _this_program(), since))).encode()
        # A full disk is no reason to refuse a card: who has it is then not told.
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, record, 0)


def _this_program() -> str:
    """This program's name; of `stuntcard` also which of its commands runs, and for which other program."""
    path, *words = sys.argv or [""]
    name = Path(path).parent.name if Path(path).name == "__main__.py" else Path(path).name
    if name != _OURS or not words:
        return name or "a program"
    program = words[words.index("--") + 1 :][:1] if "--" in words else []
    return " ".join([name, words[0], *(Path(word).name for word in program)])


def lock_path(card: Path) -> Path:
    """The file beside a card's that the lock is on."""
    return card.with_suffix(LOCK_SUFFIX)


def user_of(card: Path) -> CardUser | None:
    """Who has a card open now; pid 0 when that can't be told."""
    path = lock_path(card)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(path) or CardUser(0, "another program", "?")
    finally:
        os.close(descriptor)
    return None


def _read(path: Path) -> CardUser | None:
    try:
        with path.open("rb") as stream:
            record = json.loads(stream.read(_RECORD_MAX))
        return CardUser(int(record["pid"]), str(record["command"]), str(record["since"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _in_use(name: str, user: CardUser | None, messages: Messages) -> str:
    if user is None:
        return messages.text("stored-in-use-by-another", name=name)
    return messages.text("stored-in-use", name=name, program=user.command, process=user.pid, since=user.since)

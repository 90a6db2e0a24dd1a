"""What shall be typed at a PIN pad by itself, read from where only its owner can read it."""

from __future__ import annotations

import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from stuntcard.readers.pinpad.pad import Keys, KeysError, parse_keys
from stuntcard.running.plan import PlanError

STANDARD_INPUT = Path("-")


def prepared_keys(source: Path | Sequence[str]) -> tuple[Keys, ...]:
    """A line for each time that the pad asks: these, or those of a file. Raises PlanError, which shows none of them."""
    if not isinstance(source, Path):
        return _read(source, "keys")
    text = sys.stdin.read() if source == STANDARD_INPUT else _private(source)
    return _read(text.splitlines(), f"--keys {source}")


def _read(lines: Sequence[str], where: str) -> tuple[Keys, ...]:
    keys = []
    for number, line in enumerate(lines, 1):
        try:
            keys.append(parse_keys(line))
        except KeysError as error:
            raise PlanError(f"{where}, line {number}: {error}") from error
    return tuple(keys)


def _private(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise PlanError(f"--keys {path} is no file; give a private file, or - for the standard input")
        if status.st_mode & 0o077:
            raise PlanError(f"--keys {path} can be read by others, and codes are in it: chmod 600 {path}")
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise PlanError(f"--keys {path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PlanError(f"--keys {path} has other characters than keys have") from error

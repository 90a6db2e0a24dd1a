"""A disk that fails, or a power cut, on demand: `faulty_disk.c`, built and steered."""

from __future__ import annotations

import ctypes
import errno
import os
import subprocess
from enum import IntEnum
from pathlib import Path

SOURCE = Path(__file__).with_name("faulty_disk.c")
LIBRARY = "FAULTY_DISK"


class Act(IntEnum):
    """What happens at the nth call; the order is that of the C source."""

    NOTHING = 0
    FAIL_ONCE = 1
    FAIL_FROM_THEN_ON = 2
    KILL_BEFORE = 3
    KILL_HALFWAY = 4
    KILL_AFTER = 5


def build(directory: Path) -> Path:
    """Compiles the library."""
    library = directory / "faulty_disk.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, SOURCE], check=True)
    return library


def environment(library: Path) -> dict[str, str]:
    """The environment of a Python program that runs on the faulty disk."""
    return {**os.environ, "LD_PRELOAD": str(library), LIBRARY: str(library)}


class FaultyDisk:
    """The disk of this process, which was started with `environment`."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(os.environ[LIBRARY])
        self._library.faulty_disk_calls.restype = ctypes.c_long

    def arm(self, act: Act, nth: int, error: int = errno.EIO) -> None:
        """Have `act` happen at the nth call from now on."""
        self._library.faulty_disk_arm(int(act), ctypes.c_long(nth), error)

    def heal(self) -> None:
        """From now on nothing happens."""
        self.arm(Act.NOTHING, 0)

    @property
    def calls(self) -> int:
        """How many calls there were since it was armed."""
        return int(self._library.faulty_disk_calls())

    def shadow(self, directory: Path) -> None:
        """Copy each file that is forced to the disk into a directory."""
        self._library.faulty_disk_shadow(str(directory).encode())

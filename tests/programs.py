"""Programs as a person starts them: each to its end, with all that it wrote."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

PATIENCE = 120


def run(*command: str | Path, timeout: float = PATIENCE, **options: Any) -> subprocess.CompletedProcess[str]:
    """A program's end, good or bad, and what it wrote; it reads `input`, or else nothing.

    The other options are those of `subprocess.run`.
    """
    if not {"input", "stdin"} & options.keys():
        options["stdin"] = subprocess.DEVNULL
    if "stdout" not in options:
        options["capture_output"] = True
    return subprocess.run(command, text=True, timeout=timeout, check=False, **options)


def shown(*command: str | Path, **options: Any) -> str:
    """What a program wrote that ended well."""
    done = run(*command, **options)
    assert done.returncode == 0, (
        f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    )
    return done.stdout


def processes_with(variable: str) -> list[Path]:
    """The processes (below /proc) that were started with such a `NAME=VALUE` in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if variable.encode() in (process / "environ").read_bytes():
                found.append(process)
    return found


def told(*command: str | Path, status: int = 0, **options: Any) -> str:
    """All that a program wrote, which ended with this status."""
    done = run(*command, **options)
    assert done.returncode == status, f"{done.stdout}{done.stderr}"
    return done.stdout + done.stderr

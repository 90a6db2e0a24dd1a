"""Programs that tests start and end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

PATIENCE = 60


def end(process: subprocess.Popen[str]) -> None:
    """Has a program end, if it runs still, and waits for that; one that doesn't is killed, and told of."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def kill(process: int) -> None:
    """Kills a program that another may have ended by now; it is gone when this ends, whoever is to wait for it."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    until = time.monotonic() + PATIENCE
    while is_running(process):
        assert time.monotonic() < until, process
        time.sleep(0.01)


def is_running(process: int) -> bool:
    """Whether it does anything still: one that is only to be waited for does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"

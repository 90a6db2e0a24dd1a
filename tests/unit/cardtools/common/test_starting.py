"""Ctrl-C that a library makes an error of its own of, as pydantic does while it builds models."""

from __future__ import annotations

import subprocess
import sys

from tests.programs import run

_PROGRAM = """
import signal
from cardtools.common.command import new_app, run_app

app = new_app("Loads something.")

@app.command()
def load() -> None:
    try:
        {event}
    except KeyboardInterrupt as error:
        raise ValueError("a model can't be built") from error
    raise ValueError("something else is wrong")

run_app(app, "loader")
"""


def _run(event: str) -> subprocess.CompletedProcess[str]:
    program = _PROGRAM.format(event=event)
    # A shell has what it runs in the background ignore Ctrl-C, and that is handed down.
    heard = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
    return run(sys.executable, "-c", heard + program, "load")


def test_it_ends_the_program_quietly_all_the_same() -> None:
    done = _run("signal.raise_signal(signal.SIGINT)")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_an_error_without_ctrl_c_is_told() -> None:
    done = _run("pass")
    assert done.returncode == 1
    assert "something else is wrong" in done.stderr

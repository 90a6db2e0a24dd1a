"""The `stuntcard` command as people and scripts type it: in this process where that is enough, or in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stuntcard.cli.app import all_commands
from typer.testing import CliRunner, Result

from tests import programs

PATIENCE = 60
ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-m", "stuntcard")


def run(*arguments: str | Path) -> Result:
    """The command's end and what it said; never a traceback."""
    result = CliRunner().invoke(all_commands(), [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def done(*arguments: str | Path) -> str:
    """What the command printed when it went well."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def json_of(*arguments: str | Path) -> Any:
    """What the command told scripts."""
    return json.loads(done(*arguments, "--json"))


def refused(*arguments: str | Path, status: int = 2) -> str:
    """What the command complained of; it printed nothing else."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (status, "")
    return result.stderr


def stuntcard(
    *arguments: str | Path, environment: Mapping[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return programs.run(*COMMAND, *arguments, env={**os.environ, **(environment or {})}, **{"cwd": ROOT, **options})


def exported_socket(process: subprocess.Popen[str]) -> Path:
    """The socket that `run` prints for the user's shell."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip().startswith("export PCSCLITE_CSOCK_NAME="):
            return Path(line.strip().partition("=")[2])
    raise AssertionError("the card ended before it said where it is")

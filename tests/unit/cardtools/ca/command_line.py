"""The command `cardtools-ca`, run in this process."""

from __future__ import annotations

from pathlib import Path

from cardtools.ca.cli import app
from typer.testing import CliRunner


def run(*arguments: str | Path, code: int = 0) -> str:
    """Runs the command, which must end with this exit code; what it wrote."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result.output

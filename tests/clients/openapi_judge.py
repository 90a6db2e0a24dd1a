"""Schemathesis: it calls every operation of an OpenAPI, and judges whether the answers are those that it documents."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.programs import run

_PROGRAM = Path(sys.executable).with_name("schemathesis")
_HOW_MUCH = ("--max-examples", "5", "--seed", "1", "--no-color", "--checks", "all")
_PATIENCE = 540


def judged(openapi: str, authorisation: str, configuration: str, folder: Path, *options: str, hooks: str = "") -> str:
    """What it says, with all of its checks, of an API that must be as documented.

    `configuration` is the text of its file; `hooks` the name of a module. It works in the folder.
    """
    file = folder / "schemathesis.toml"
    file.write_text(configuration)
    environment = {
        **os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"), "SCHEMATHESIS_HOOKS": hooks,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }  # fmt: skip
    command = (_PROGRAM, "--config-file", file, "run", openapi, "--header", f"Authorization: {authorisation}")
    done = run(*command, *options, *_HOW_MUCH, cwd=folder, env=environment, timeout=_PATIENCE)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    return done.stdout

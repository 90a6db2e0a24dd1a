"""Runs a program at a terminal of its own and types an answer at each prompt for a code, as a person would.

.venv/bin/python demo/typed.py PROMPT ANSWER [PROMPT ANSWER…] -- COMMAND…

Shows what the program wrote and ends with its exit status; with 1 and a message when a prompt never came.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.clients.terminal import run_at_terminal

_PATIENCE = 60
"""Seconds for the whole program."""


def main(arguments: list[str]) -> int:
    """Type what `arguments` say and give the program's exit status."""
    separator = arguments.index("--") if "--" in arguments else 0
    prompts, answers, command = arguments[:separator:2], arguments[1:separator:2], arguments[separator + 1 :]
    if separator == 0 or len(prompts) != len(answers) or not command:
        print("usage: typed.py PROMPT ANSWER [PROMPT ANSWER…] -- COMMAND…", file=sys.stderr)
        return 2
    try:
        done = run_at_terminal(command, list(zip(prompts, answers, strict=True)), _PATIENCE)
    except OSError as error:
        print(f"{command[0]}: can't be run: {error.strerror}", file=sys.stderr)
        return 1
    except subprocess.TimeoutExpired as error:
        print(f"{error.output}\n{command[0]} still waits after {_PATIENCE} seconds; stopped", file=sys.stderr)
        return 1
    print(done.stdout, end="")
    for prompt in prompts:
        if done.returncode == 0 and prompt not in done.stdout:
            print(f"{command[0]} never asked for {prompt}", file=sys.stderr)
            return 1
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

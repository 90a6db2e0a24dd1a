"""`stuntcard scenario`, and `run` and `exec` with a scenario, as people and scripts use them."""

from __future__ import annotations

import json
import os
import signal
import subprocess

from tests.unit.cli.command_line import COMMAND, PATIENCE, stuntcard


def test_run_tells_the_story_and_serves_the_card() -> None:
    command = [*COMMAND, "run", "--scenario", "proid-q-pin-blocked", "--language", "cs"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "proid-q-pin-blocked: PIN je zablokovaný\n"
            for line in process.stdout:
                if "export PCSCLITE_CSOCK_NAME=" in line:
                    break
            (status,) = json.loads(stuntcard("status", "--json").stdout)
            assert status["codes"]["pin"]["state"] == "blocked"
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
    assert process.returncode == 0

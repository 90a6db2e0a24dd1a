"""`stuntcard run` and `exec`, as people and scripts use them."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from tests.clients.stuntcard_command import StuntcardCommand
from tests.unit.cli.command_line import COMMAND, PATIENCE, ROOT, exported_socket, stuntcard

# exec


def test_exec_ends_its_program_and_cleans_up_when_its_terminal_goes(runtime: Path) -> None:
    command = [*COMMAND, "exec", "proid-q", "--", "sh", "-c", "echo up; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"up\n"
        program.send_signal(signal.SIGHUP)
        assert program.wait(PATIENCE) == 128 + signal.SIGTERM
    assert list(runtime.glob("stuntcard/*")) == []


def test_a_card_that_was_started_with_nohup_outlives_its_terminal() -> None:
    with subprocess.Popen(
        ["nohup", *COMMAND, "run", "proid-q"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as program:
        exported_socket(program)
        program.send_signal(signal.SIGHUP)
        assert json.loads(stuntcard("status", "--json").stdout)[0]["profile"] == "proid-q"
        program.send_signal(signal.SIGTERM)
        output, _ = program.communicate(timeout=PATIENCE)
    assert (program.returncode, output.splitlines()[-1]) == (0, "ProID+Q taken out after 0 commands.")


def test_what_a_killed_emulator_left_is_swept_away(runtime: Path) -> None:
    gone = subprocess.run(["sh", "-c", "echo $$"], check=True, capture_output=True, text=True).stdout.strip()
    left = runtime / "stuntcard" / f"proid-q-{gone}-abcdefgh"
    left.mkdir(parents=True, mode=0o700)
    left.parent.chmod(0o700)
    command = [*COMMAND, "exec", "proid-q", "--", "true"]
    assert subprocess.run(command, check=False).returncode == 0
    assert not left.exists()


# run


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_ends_cleanly(number: signal.Signals) -> None:
    with StuntcardCommand({**os.environ}).running("proid-q") as (program, path):
        assert path.is_socket()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        program.send_signal(number)
        output, _ = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0
    assert output.splitlines()[-1] == "ProID+Q taken out after 0 commands."
    assert not path.exists()

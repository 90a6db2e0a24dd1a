from __future__ import annotations

import json
import subprocess

from tests.unit.cli.command_line import exported_socket, stuntcard


def test_status_shows_a_running_card(running_program: subprocess.Popen[str]) -> None:
    path = exported_socket(running_program)
    [shown] = json.loads(stuntcard("status", "--json").stdout)
    assert shown["pcsc_socket"] == str(path)
    assert shown["profile"] == "proid-q"
    assert shown["codes"]["puk"]["tries_left"] == 5
    assert f"export PCSCLITE_CSOCK_NAME={path}" in stuntcard("status").stdout

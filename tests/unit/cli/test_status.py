from __future__ import annotations

import json
import subprocess

from tests.unit.cli.command_line import done, exported_socket, json_of, stuntcard
from tests.unit.control.running_cards import running_card


def test_status_shows_a_running_card(running_program: subprocess.Popen[str]) -> None:
    path = exported_socket(running_program)
    [shown] = json.loads(stuntcard("status", "--json").stdout)
    assert shown["pcsc_socket"] == str(path)
    assert shown["profile"] == "proid-q"
    assert shown["codes"]["puk"]["tries_left"] == 5
    assert f"export PCSCLITE_CSOCK_NAME={path}" in stuntcard("status").stdout


def test_status_of_no_card() -> None:
    assert done("status") == "no card is running; start one with: stuntcard run proid-q\n"
    assert json_of("status") == []


def test_status_for_people() -> None:
    with running_card("proid-q") as live:
        live.card.transmit(bytes.fromhex("00200003 04 31323334"))
        shown = done("status")
    assert "ProID+Q" in shown or "proid-q" in shown
    assert "2 / 3 / 3" in shown
    assert "0 of 2 places used" in shown

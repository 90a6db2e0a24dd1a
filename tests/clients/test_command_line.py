"""The command `stuntcard` with real programs at the card; the command by itself is in `tests/unit/cli`."""

from __future__ import annotations

import json
import re
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.desk import PIN
from tests.clients.private_pcscd import PrivatePcscd
from tests.clients.stuntcard_command import PATIENCE, STUNTCARD, StuntcardCommand

PROFILES = Path(__file__).parents[2] / "profiles"
FACTORY_ATR = "3B7E9400008025A00000002856801012000114"


@pytest.fixture
def running(stuntcard: StuntcardCommand) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """`stuntcard run proid-q`, and the socket that it says to export."""
    with stuntcard.running("proid-q") as running:
        yield running


def test_exec_shows_the_card_to_pkcs11_tool_at_once(stuntcard: StuntcardCommand) -> None:
    shown = stuntcard.done("exec", "proid-q", "--", "pkcs11-tool", "-L")
    assert re.findall(r"token label +: (.+)", shown) == ["ProID+Q", "ProID+Q (QPIN)"]


def test_a_reader_is_called_as_its_option_says(stuntcard: StuntcardCommand) -> None:
    shown = stuntcard.done(
        "exec", "a=proid-q", "tokenme", "--reader-name", "a:Yubico YubiKey", "--", "opensc-tool", "--list-readers"
    )
    assert re.findall(r"Yes +(\S.+)", shown) == ["Yubico YubiKey 00 00", "Stuntcard TokenME 01 00"]


def test_exec_writes_the_final_state(stuntcard: StuntcardCommand, tmp_path: Path) -> None:
    script = f"""
        pkcs15-tool --verify-pin --auth-id 03 --pin wrong
        pkcs15-tool --verify-pin --auth-id 03 --pin wrong
        pkcs15-tool --change-pin --auth-id 01 --pin {PIN} --new-pin mine
        pkcs15-init --generate-key ec/prime256v1 --auth-id 01 --pin mine --id 10
    """
    state_file = tmp_path / "state.json"
    stuntcard.done("exec", "proid-q", "--state-out", state_file, "--", "sh", "-c", script)
    state = json.loads(state_file.read_text())
    assert state["life_cycle"] == "operational"
    wanted = ("state", "tries_left", "tries_limit", "tries_max", "must_change")
    assert {name: tuple(code[key] for key in wanted) for name, code in state["codes"].items()} == {
        "pin": ("set", 3, 3, 3, False),
        "puk": ("set", 5, 5, 5, True),
        "qpin": ("set", 1, 3, 3, True),
    }
    areas = {name: (area["places"], area["used"]) for name, area in state["areas"].items()}
    assert areas == {"cc": (2, 0), "general": (None, 1)}
    assert [(key["area"], key["origin"], key["paired"]) for key in state["keys"]] == [("general", "made", False)]


@pytest.mark.fact("PQ-06")
def test_exec_writes_that_the_card_died(stuntcard: StuntcardCommand, tmp_path: Path) -> None:
    script = """
        for id in 01 01 01 03 03 03 02 02 02 02 02; do pkcs15-tool --verify-pin --auth-id $id --pin "a wrong one"; done
        opensc-tool --atr
    """
    state_file = tmp_path / "state.json"
    shown = stuntcard.done("exec", "proid-q", "--state-out", state_file, "--", "sh", "-c", script)
    assert shown.splitlines()[-1].replace(":", "").upper() == FACTORY_ATR
    state = json.loads(state_file.read_text())
    assert state["life_cycle"] == "dead"
    assert {code["state"] for code in state["codes"].values()} == {"blocked"}


def test_two_cards_side_by_side_know_nothing_of_each_other(stuntcard: StuntcardCommand) -> None:
    inner = f"{STUNTCARD} exec proid-q -- pkcs15-tool --change-pin --auth-id 01 --pin {PIN} --new-pin inner"
    script = f"{inner} && pkcs15-tool --verify-pin --auth-id 01 --pin {PIN}"
    stuntcard.done("exec", "proid-q", "--", "sh", "-c", script)


def test_run_serves_a_private_socket_until_sigterm(
    running: tuple[subprocess.Popen[str], Path], environment: dict[str, str]
) -> None:
    process, socket = running
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    client = {**environment, "PCSCLITE_CSOCK_NAME": str(socket)}
    seen = subprocess.run(["opensc-tool", "--atr"], env=client, capture_output=True, text=True, timeout=PATIENCE)
    assert seen.stdout.strip().replace(":", "").upper() == FACTORY_ATR

    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "ProID+Q taken out" in rest
    assert not socket.parent.exists()


@pytest.mark.pcscd
def test_run_reaches_a_pcscd_by_vpcd(stuntcard: StuntcardCommand) -> None:
    with PrivatePcscd() as daemon:
        process = stuntcard.start("run", "proid-q", "--reader", f"vpcd:localhost:{daemon.port}")
        try:
            daemon.await_card()
            seen = subprocess.run(
                ["opensc-tool", "--atr"], env=daemon.env, capture_output=True, text=True, timeout=PATIENCE
            )
            assert seen.returncode == 0, seen.stdout + seen.stderr
            assert seen.stdout.strip().splitlines()[-1].replace(":", "").upper() == FACTORY_ATR
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
        assert process.returncode == 0


def test_status_shows_running_cards_as_they_are_now(
    stuntcard: StuntcardCommand, running: tuple[subprocess.Popen[str], Path]
) -> None:
    _, socket = running
    client = {**stuntcard.environment, "PCSCLITE_CSOCK_NAME": str(socket)}
    wrong = ["pkcs15-tool", "--verify-pin", "--auth-id", "02", "--pin", "wrong PUK"]
    assert subprocess.run(wrong, env=client, capture_output=True, timeout=PATIENCE).returncode != 0

    (card,) = json.loads(stuntcard.done("status", "--json"))
    assert card["profile"] == "proid-q"
    assert card["pcsc_socket"] == str(socket)
    assert card["codes"]["puk"]["tries_left"] == 4
    shown = stuntcard.done("status")
    assert "4 / 5 / 5" in shown
    assert f"export PCSCLITE_CSOCK_NAME={socket}" in shown


def test_shipped_profiles_are_good(stuntcard: StuntcardCommand) -> None:
    for file in PROFILES.glob("*.yaml"):
        assert stuntcard.done("profile", "check", file).startswith(f"{file}: good; a profile of ")

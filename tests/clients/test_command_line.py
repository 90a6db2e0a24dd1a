"""The command `stuntcard` with real programs at the card; the command by itself is in `tests/unit/cli`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.clients.commands import verifying
from tests.clients.desk import PIN
from tests.clients.opensc import SOCKET_VARIABLE
from tests.clients.stuntcard_command import STUNTCARD, StuntcardCommand
from tests.programs import run


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


def test_two_cards_side_by_side_know_nothing_of_each_other(stuntcard: StuntcardCommand) -> None:
    inner = f"{STUNTCARD} exec proid-q -- pkcs15-tool --change-pin --auth-id 01 --pin {PIN} --new-pin inner"
    script = f"{inner} && pkcs15-tool --verify-pin --auth-id 01 --pin {PIN}"
    stuntcard.done("exec", "proid-q", "--", "sh", "-c", script)


def test_status_shows_running_cards_as_they_are_now(stuntcard: StuntcardCommand) -> None:
    with stuntcard.running("proid-q") as (_, socket):
        client = {**stuntcard.environment, SOCKET_VARIABLE: str(socket)}
        assert run(*verifying("puk", "wrong PUK"), env=client).returncode != 0
        (card,) = json.loads(stuntcard.done("status", "--json"))
        assert (card["profile"], card["pcsc_socket"], card["codes"]["puk"]["tries_left"]) == ("proid-q", str(socket), 4)
        shown = stuntcard.done("status")
        assert "4 / 5 / 5" in shown
        assert f"export {SOCKET_VARIABLE}={socket}" in shown

"""A card of one's own, from its profile to its tests: an engineer's way through docs/profiles.md."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.clients.stuntcard_command import STUNTCARD, StuntcardCommand
from tests.programs import run

CARDMANAGER = str(Path(sys.executable).with_name("cardmanager"))
SCENARIO = """
schema: 1
profile: mine
title: {cs: PIN zablokován}
text: {cs: Pětkrát špatně zadaný PIN.}
assumed: A card of our own.
codes: {pin: blocked}
expect: {codes.pin.state: blocked}
cured: {code: pin, is: set}
"""
TEST = """
import os, subprocess
import pytest

@pytest.mark.parametrize("mine", ["mine", os.environ["MINE"]])
def test_my_program_unblocks(stuntcard, mine):
    card = stuntcard(mine, scenario="pin-blocked")
    codes = "87654321\\n2468\\n2468\\n"
    command = [os.environ["CARDMANAGER"], "unblock", "pin", "--stdin"]
    subprocess.run(command, input=codes, text=True, env={**os.environ, **card.reader_env}, check=True)
    assert card.state.codes.pin.tries_left == 5
    assert card.values["puk"] == "87654321"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The directory that the search path has."""
    (tmp_path / "cards" / "scenarios").mkdir(parents=True)
    return tmp_path / "cards"


@pytest.fixture
def command(folder: Path) -> StuntcardCommand:
    own = {"STUNTCARD_PROFILES": str(folder), "LC_ALL": "C.UTF-8", "MINE": str(folder / "mine.yaml")}
    return StuntcardCommand({**os.environ, **own, "CARDMANAGER": CARDMANAGER})


def test_a_card_of_ones_own_is_first_class(folder: Path, command: StuntcardCommand, tmp_path: Path) -> None:
    mine = folder / "mine.yaml"
    command.done("profile", "new", "--from", "proid-q", mine, "--language", "cs", "--name", "My card")
    own = mine.read_text("utf-8").replace("tries: {limit: 3, max: 3,", "tries: {limit: 5, max: 5,")
    mine.write_text(own.replace("name: QPIN", "name: SIGN"), "utf-8")
    assert "good; a profile of My card" in command.done("profile", "check", "mine")
    (folder / "scenarios" / "mine-pin-blocked.yaml").write_text(SCENARIO, "utf-8")
    assert command.done("scenario", "list", "mine") == "mine-pin-blocked  PIN zablokován\n"

    shown = command.done("exec", "mine", "--", CARDMANAGER, "show")
    assert "My card, number 5354554E54" in shown
    assert "5 / 5 / 5" in shown
    assert "oblast CC (guarded by SIGN): 0 of 2 places taken" in shown
    assert "My card (SIGN)" in command.done("exec", mine, "--", "pkcs11-tool", "-L")

    blocked = command.done("exec", mine, "--scenario", "pin-blocked", "--", "sh", "-c", f"{CARDMANAGER} show; true")
    assert "PIN: PUK unblocks PIN and sets its new value: cardmanager unblock pin" in " ".join(blocked.split())

    (tmp_path / "test_mine.py").write_text(TEST, "utf-8")
    pytest_ = (sys.executable, "-m", "pytest", "-p", "stuntcard.pytest_plugin", "-q", "test_mine.py")
    tested = run(*pytest_, cwd=tmp_path, env={**command.environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    assert "2 passed" in tested.stdout, tested.stdout + tested.stderr


def test_the_card_manager_says_what_a_wrong_code_leads_to_on_a_card_that_it_never_met(
    folder: Path, command: StuntcardCommand
) -> None:
    mine = folder / "mine.yaml"
    command.done("profile", "new", "--from", "zzzs-pk", mine)
    codes = "9999\n4321\n4321\n"
    change = (STUNTCARD, "exec", "mine", "--", CARDMANAGER, "change", "pep-pin", "--stdin")
    told = run(*change, input=codes, env=command.environment)
    assert told.returncode == 1
    assert "PIN of PEP is wrong, 2 tries are left." in told.stderr
    assert "When no try is left, PIN of PEP is blocked; PUK of PEP then unblocks it" in told.stderr

"""The wheel, installed where nothing else is, works: alone, and with its extra."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.package.conftest import PATIENCE, ROOT, Environment, pip

pytestmark = pytest.mark.package

COMMANDS = ("stuntcard", "cardmanager", "enrol", "cardtools-ca", "cardconsole")
TOOLS = COMMANDS[1:]

# The emulator, with no extra


def test_all_that_it_asks_for_is_there_and_nothing_of_the_tools(bare: Environment) -> None:
    pip("--python", bare.folder / "bin" / "python", "check")
    asked = (
        "import importlib.util as i; print([name for name in ('asn1crypto', 'httpx', 'pkcs11') if i.find_spec(name)])"
    )
    assert bare.done("python", "-c", asked) == "[]\n"


def test_it_is_the_installed_package_that_runs(bare: Environment) -> None:
    where = bare.done("python", "-c", "import stuntcard; print(stuntcard.__file__)").strip()
    assert Path(where).is_relative_to(bare.folder)


def test_the_profiles_travel_inside(bare: Environment) -> None:
    listed = [line.split()[0] for line in bare.done("stuntcard", "list").splitlines()]
    assert listed == sorted(path.stem for path in (ROOT / "profiles").glob("*.yaml"))
    assert "PQ-06" in bare.done("stuntcard", "show", "proid-q")


def test_a_card_can_be_run(bare: Environment) -> None:
    script = 'test -S "$PCSCLITE_CSOCK_NAME" && echo served'
    assert bare.done("stuntcard", "exec", "proid-q", "--", "sh", "-c", script) == "served\n"


def test_the_pytest_plugin_gives_cards_in_trouble(bare: Environment) -> None:
    (bare.home / "test_mine.py").write_text(
        "from stuntcard.testing import Stuntcard\n"
        "def test_the_last_try(stuntcard: Stuntcard) -> None:\n"
        "    card = stuntcard('proid-q', scenario='puk-last-try')\n"
        "    assert card.state.codes.puk.tries_left == 1\n"
    )
    assert "1 passed" in bare.done("pytest", "-q", "-p", "no:cacheprovider", "test_mine.py")


@pytest.mark.parametrize("command", TOOLS)
def test_a_tool_says_in_a_line_that_the_extra_is_missing(bare: Environment, command: str) -> None:
    doing = {
        "cardmanager": ["show"],
        "enrol": ["check"],
        "cardtools-ca": ["init", "ca"],
        "cardconsole": ["--no-browser"],
    }[command]
    ended = bare.run(command, *doing)
    assert ended.status == 69
    assert ended.out == ""
    said = rf"{command} needs \w+, which is not installed\. Install it: pip install 'stuntcard\[tools\]'\n"
    assert re.fullmatch(said, ended.err), ended.err


# Types

TYPED = """\
from cardtools.common.protocol import RequestState
from stuntcard.testing import EmulatedCard, Stuntcard

def tries_left(card: EmulatedCard) -> int | None:
    return card.state.codes.pin.tries_left

with Stuntcard() as cards:
    print(tries_left(cards("proid-q")), RequestState.PENDING.value)
"""


def judged_by_mypy(environment: Environment, program: str) -> str:
    file = environment.home / "program.py"
    file.write_text(program)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file=", "--no-incremental"]
    command += ["--python-executable", str(environment.folder / "bin" / "python"), file.name]
    judged = subprocess.run(
        command, cwd=environment.home, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert judged.stderr == ""
    return judged.stdout


def test_a_users_program_is_typed(bare: Environment) -> None:
    """The types are seen, for what is wrong by them is refused."""
    assert judged_by_mypy(bare, TYPED) == ""
    wrong = judged_by_mypy(bare, TYPED.replace("-> int | None", "-> str"))
    assert re.fullmatch(r'program\.py:5: error: Incompatible return value type .*"int.*"str".*\n', wrong), wrong


# Manual pages and versions


@pytest.mark.parametrize("command", COMMANDS)
def test_a_manual_page_lies_where_man_looks(bare: Environment, command: str) -> None:
    """Beside the folder with the commands, so that `man` finds it when that is on the PATH; and it is good roff."""
    page = bare.folder / "share" / "man" / "man1" / f"{command}.1"
    judged = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True, text=True, timeout=PATIENCE)
    # A page says which version it is of, and no day.
    [said] = judged.stdout.splitlines()
    assert said.endswith('WARNING: missing date, using "": TH')


# The tools, with the extra


@pytest.fixture
def ca(with_tools: Environment) -> Iterator[str]:
    """The address of a CA that issues what it is asked for."""
    with_tools.done("cardtools-ca", "init", "ca")
    with with_tools.started("cardtools-ca", "run", "ca", "--port", "0", "--auto") as running:
        assert running.stdout is not None
        yield running.stdout.readline().strip()


def test_a_key_is_made_on_a_card_and_certified_by_the_ca(with_tools: Environment, ca: str) -> None:
    codes = with_tools.home / "codes"
    codes.touch(0o600)
    codes.write_text("pin: 12345678\nqpin: 12345678\n")
    script = """
        set -e
        id=$(enrol request qualified --name Jana --e-mail jana@example.com --codes-file codes --ca "$0" --json |
            python -c 'import json, sys; print(json.load(sys.stdin)["id"])')
        enrol install "$id" --codes-file codes --ca "$0" >&2
        cardmanager show --json
    """
    shown = json.loads(with_tools.done("stuntcard", "exec", "proid-q", "--", "sh", "-c", script, ca))
    [container] = shown["containers"]
    assert (container["area"], container["origin"], container["algorithm"]) == ("cc", "made", "RSA 2048")
    assert [certificate["holder"] for certificate in container["certificates"]] == ["Jana"]

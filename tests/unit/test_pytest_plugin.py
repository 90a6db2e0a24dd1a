"""The pytest plugin, used as others use it: in a pytest of its own, with the plugin and nothing else loaded."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from stuntcard.running.scenarios import ScenarioRefusedError
from stuntcard.testing import CardOnDesk, Named, Stuntcard

from tests.clients.opensc import pkcs11_module

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "testing-your-middleware.md"
PATIENCE = 170


def run_pytest(folder: Path, *options: str, status: int = 0) -> str:
    """Runs the tests in a folder, all of which must pass, unless another status is expected."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "stuntcard.pytest_plugin", "-q", *options],
        cwd=folder,
        env={
            **os.environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PKCS11_MODULE": str(pkcs11_module()),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def cards() -> Iterator[Stuntcard]:
    with Stuntcard() as cards:
        yield cards


def test_no_test_of_the_page_passes_when_its_program_never_runs(tmp_path: Path) -> None:
    """That they pass with it, tests/clients/test_docs.py shows."""
    found = re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)\n```\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert [name for name, _ in found] == ["sign.py", "login.c", "test_my_program.py"]
    programs = {"sign.py": "import a_package_that_is_not_there\n", "login.c": "int main(void) { return 1; }\n"}
    for name, text in found:
        (tmp_path / name).write_text(programs.get(name, f"{text}\n"), encoding="utf-8")
    assert "8 failed" in run_pytest(tmp_path, status=1)


def test_cards_of_workers_side_by_side_do_not_meet(tmp_path: Path) -> None:
    (tmp_path / "test_many.py").write_text(
        "import os, socket, pytest\n"
        "@pytest.mark.parametrize('number', range(6))\n"
        "def test_own_card(stuntcard, number):\n"
        "    first, second = stuntcard('proid-q'), stuntcard('zzzs-pk')\n"
        "    assert first.socket != second.socket\n"
        "    assert first.socket.stat().st_mode & 0o077 == 0\n"
        "    print(first.socket)\n"
    )
    run_pytest(tmp_path, "-p", "xdist", "-n", "2")


def test_nothing_is_loaded_before_a_test_asks_for_a_card() -> None:
    program = "import sys, stuntcard.pytest_plugin; print(sorted(n for n in sys.modules if n.startswith('stuntcard')))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['stuntcard', 'stuntcard.pytest_plugin']"


def test_pytest_finds_it_by_its_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"stuntcard": "stuntcard.pytest_plugin"}


def test_a_card_of_a_scenario_is_seen_from_inside(cards: Stuntcard) -> None:
    card = cards("zzzs-pk", scenario="kpep-pin-forgotten")
    assert card.state.codes.pep_pin.tries_left == 3
    assert card.state.codes["kpep-pin"].state == "set"
    assert "kpep-pin" not in card.values
    assert not card.state.dead
    assert card.state.parts.kpep.lost is False
    assert len(card.state.keys) == 2


def test_the_card_goes_with_the_test() -> None:
    with Stuntcard() as cards:
        socket = cards("proid-q").socket
        assert socket.is_socket()
    assert not socket.parent.exists()


def test_actors_act_and_faults_are_set_and_cleared(cards: Stuntcard) -> None:
    card = cards("eobcanka", faults=["act=slow:1"])
    card.act("office", "set-identification", {"dok": "1111", "iok": "2222"})
    assert card.state.codes.iok.state == "set"
    number = card.fault({"ins": "verify", "act": "status:6F00"})
    card.clear_faults(number)
    with pytest.raises(ValueError, match=f"there is no fault {number}"):
        card.clear_faults(number)
    with pytest.raises(ValueError, match="eObčanka has no such code"):
        card.fault("code=tpin act=tear")


def test_a_desk_has_several_readers_before_one_program(cards: Stuntcard) -> None:
    desk = cards.desk("anna=proid-q", CardOnDesk(scenario="tokenme-full", faults=["act=slow:1"]), "empty", "proid-q")
    assert list(desk) == ["anna", "tokenme", "empty", "proid-q"]
    assert {card.socket for card in desk.cards} == {desk.socket}
    seen = subprocess.run(
        [sys.executable, "-c", "from smartcard.System import readers; print(*readers(), sep='\\n')"],
        env={**os.environ, **desk.reader_env}, capture_output=True, text=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    assert seen.stdout.splitlines() == [
        "Stuntcard anna 00 00", "Stuntcard TokenME 01 00", "Stuntcard empty 02 00", "Stuntcard ProID+Q 03 00",
    ]  # fmt: skip
    assert desk["anna"].state.codes.pin.tries_left == 3
    with pytest.raises(ValueError, match="the reader 'empty' has no card; put one in"):
        _ = desk["empty"].state
    desk["empty"].insert("zzzs-pk")
    assert desk["empty"].values == cards("zzzs-pk").values
    with pytest.raises(ValueError, match="there is no profile 'nope'"):
        desk["empty"].insert("nope")
    desk["empty"].remove()
    desk.move("anna", "empty")
    assert (desk["empty"].values, desk["anna"].values) == (cards("proid-q").values, cards("zzzs-pk").values)
    with pytest.raises(ValueError, match="a card lies in the reader tokenme"):
        desk.move("empty", "tokenme")
    with pytest.raises(ValueError, match="two cards are called a"):
        cards.desk("a=proid-q", "a=tokenme")


def test_a_desk_comes_from_a_file(cards: Stuntcard, tmp_path: Path) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text("schema: 1\nreaders: [{card: proid-q, name: anna}]\n", encoding="utf-8")
    assert list(cards.desk("tokenme", file=file)) == ["anna", "tokenme"]


def test_what_does_not_exist_is_said(cards: Stuntcard) -> None:
    with pytest.raises(ScenarioRefusedError, match="there is no scenario 'puk-last'; did you mean"):
        cards("proid-q", scenario="puk-last")
    with pytest.raises(FileNotFoundError, match="there is no profile 'proidq'"):
        cards("proidq")
    with pytest.raises(TypeError, match="which card"):
        cards()
    with pytest.raises(AttributeError, match="there is no 'pan'; there are: pin"):
        _ = Named({"pin": 1}).pan

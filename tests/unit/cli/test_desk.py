"""Several cards in several readers, as they are typed, called and moved."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import shown
from tests.unit.cli.command_line import COMMAND, PATIENCE, done, exported_socket, json_of, refused, stuntcard
from tests.unit.control.running_cards import running_card

LIST = "import sys; from smartcard.System import readers; print(*readers(), sep='\\n')"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def desk(home: Path) -> Iterator[Path]:
    """A desk that runs: anna's card, a stored one, and an empty reader; its socket."""
    done("card", "new", "mine", "tokenme")
    command = [*COMMAND, "run", "anna=proid-q", "card:mine", "empty"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=home) as process:
        try:
            yield exported_socket(process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def readers(socket: Path) -> list[str]:
    """The readers that a PC/SC program sees."""
    return shown(sys.executable, "-c", LIST, env={"PCSCLITE_CSOCK_NAME": str(socket)}).splitlines()


def test_a_desk_is_controlled_and_shown_by_its_names(desk: Path) -> None:
    cards = {card["name"]: card for card in json_of("status")}
    assert {name: card.get("profile") for name, card in cards.items()} == {
        "anna": "proid-q", "mine": "tokenme", "empty": None,
    }  # fmt: skip
    assert {card["pcsc_socket"] for card in cards.values()} == {str(desk)}
    assert "empty: no card in the reader" in done("status")
    for name in ("mine", "card:mine", "tokenme"):
        assert done("remove", name).startswith("the card is out of the reader")
    assert json_of("state", "mine")["place"] == "out"
    assert json_of("state", "anna")["place"] == "in"


def test_a_card_is_put_into_an_empty_reader_and_exchanged_for_another(desk: Path) -> None:
    assert json_of("state", "empty") == {"card": None, "place": "empty", "commands": 0, "faults": []}
    assert "no card yet; put one in" in refused("insert", "empty", status=1)
    assert done("insert", "empty", "eobcanka") == "eObčanka is in the reader\n"
    assert json_of("state", "empty")["card"]["profile"] == "eobcanka"
    done("fault", "set", "empty", "ins=2A act=no-answer")
    assert "is in use" in refused("insert", "empty", "card:mine", status=1)
    assert "there is no profile 'nope'" in refused("insert", "empty", "nope", status=1)
    assert json_of("state", "empty")["card"]["profile"] == "eobcanka"
    assert done("insert", "mine", "proid-q") == "ProID+Q is in the reader\n"
    assert done("insert", "empty", "card:mine") == "TokenME is in the reader\n"
    assert json_of("state", "empty")["faults"] == []
    assert readers(desk) == ["Stuntcard anna 00 00", "Stuntcard TokenME 01 00", "Stuntcard empty 02 00"]


def test_a_card_is_moved_to_another_reader_as_it_is(desk: Path) -> None:
    done("set", "anna", "pin=1")
    assert refused("move", "anna", "mine", status=1) == (
        "a card lies in the reader mine; take it out first: stuntcard remove mine\n"
    )
    assert done("move", "anna", "empty") == "the card is in the reader empty\n"
    assert json_of("state", "anna")["place"] == "empty"
    moved = json_of("state", "empty")
    assert (moved["place"], moved["card"]["codes"]["pin"]["tries_left"]) == ("in", 1)
    done("remove", "mine")
    assert done("move", "empty", "mine") == "the card is in the reader mine\n"
    assert (json_of("state", "empty")["place"], json_of("state", "empty")["card"]["profile"]) == ("out", "tokenme")
    assert readers(desk)[2] == "Stuntcard empty 02 00"
    with running_card("zzzs-pk"):
        assert "zzzs-pk and anna are on two desks" in refused("move", "zzzs-pk", "anna")


def test_a_reader_is_unplugged_and_plugged_in(desk: Path) -> None:
    assert done("unplug", "anna") == "the reader is unplugged\n"
    assert done("unplug", "anna") == "the reader is unplugged already\n"
    assert json_of("state", "anna")["place"] == "unplugged"
    assert readers(desk) == ["Stuntcard TokenME 01 00", "Stuntcard empty 02 00"]
    assert done("plug", "anna") == "the reader is plugged in again\n"
    assert done("plug", "anna") == "the reader is plugged in already\n"
    assert len(readers(desk)) == 3


def test_a_socket_that_is_in_use(desk: Path) -> None:
    wrong = stuntcard("exec", "proid-q", "--socket", desk, "--", "true")
    assert wrong.returncode == 69
    assert f"another server is already serving {desk}" in wrong.stderr


# For scripts


def test_a_desk_in_the_background_is_waited_for_used_and_stopped(home: Path) -> None:
    started = stuntcard("run", "proid-q", "b=tokenme", "--detach", "--socket", "d/s", cwd=home)
    try:
        assert started.returncode == 0
        assert f"export PCSCLITE_CSOCK_NAME={home}/d/s\n" in started.stdout
        assert done("wait", "b", "--timeout", "0") == ""
        assert done("env", "b") == f"export PCSCLITE_CSOCK_NAME={home}/d/s\n"
        assert readers(home / "d" / "s") == ["Stuntcard ProID+Q 00 00", "Stuntcard b 01 00"]
    finally:
        stopped = done("stop", "proid-q")
    assert stopped == "b, proid-q: ended\n"
    assert json_of("status") == []
    assert not (home / "d" / "s").exists()


def test_what_can_not_be_run_in_the_background_is_said_at_once(home: Path) -> None:
    wrong = stuntcard("run", "proid-q", "--detach", "--socket", home.parent.parent / "s", "--applet", "none")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("--applet none: ")


# As a file

DESK = """\
schema: 1
readers:
  - {card: proid-q, name: anna, state_out: anna.json}
  - {scenario: tokenme-full}
  - {card: empty}
"""

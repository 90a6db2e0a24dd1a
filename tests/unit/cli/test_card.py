from __future__ import annotations

import json
import os
import pty
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from stuntcard.store import library
from stuntcard.store.places import card_path

from tests.unit.card.cards import PIN
from tests.unit.cli.command_line import COMMAND, PATIENCE, ROOT, done, json_of, refused, run, stuntcard
from tests.unit.store.cards import client_of


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Each test has stored cards of its own."""
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def spend_a_try(name: str = "mine") -> None:
    with library.open_card(name) as file:
        client_of(file).verify(PIN, "wrong value")


def tries_left(name: str = "mine") -> int:
    left: int = json_of("card", "show", name)["codes"]["pin"]["tries_left"]
    return left


@pytest.fixture
def mine() -> str:
    done("card", "new", "mine", "proid-q")
    return "mine"


# card


def test_new_says_how_to_use_the_card() -> None:
    assert done("card", "new", "mine", "proid-q") == (
        "mine: a new ProID+Q. Put it into a reader: stuntcard run card:mine\n"
    )
    assert json_of("card", "show", "mine")["durability"] == "full"


def test_new_of_a_yaml_file_outlives_the_file(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_bytes((ROOT / "profiles" / "tokenme.yaml").read_bytes().replace(b"name: TokenME", b"name: My own"))
    done("card", "new", "mine", str(own), "--durability", "fast")
    own.unlink()
    assert "durability fast" in done("card", "show", "mine")
    assert library.read_card("mine").profile.name == "My own"


def test_each_new_card_has_a_serial_number_of_its_own_or_the_one_it_is_given() -> None:
    for name in ("one", "two"):
        done("card", "new", name, "proid-q")
    done("card", "new", "three", "proid-q", "--serial", "5354554e540000ff")
    serials = [card["serial"] for card in json_of("card", "list")]
    assert len(set(serials)) == 3
    assert all(serial.startswith("5354554E54") for serial in serials)
    assert json_of("card", "show", "three")["serial"] == "5354554E540000FF"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("mine", "proid-q", "--serial", "12345"), "--serial '12345' is no serial number; expected 1 to 16 bytes"),
        (("mine", "eobcanka", "--serial", "1234"), "--serial 1234: the eop applet shows a serial number of 8 bytes"),
        (("../mine", "proid-q"), "'../mine' can't be a name here; take 1 to 64 letters"),
        (("mine", "no-such"), "there is no profile 'no-such'; there are: blank, eobcanka, proid-q"),
        (("mine", "no/such.yaml"), "no/such.yaml: there is no such file; see `stuntcard list`"),
        (("mine", "profiles/"), "profiles/: can't be read"),
        (("mine", "proid-q", "--durability", "forever"), "--durability forever: expected full or fast"),
    ],
)
def test_new_refuses_with_the_reason(arguments: tuple[str, ...], message: str) -> None:
    assert message in refused("card", "new", *arguments)
    assert json_of("card", "list") == []


def test_new_refuses_a_profile_with_mistakes_and_shows_them(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("schema: 1\n")
    message = refused("card", "new", "mine", str(own))
    assert f"{own}:1:1: " in message
    assert message.endswith("can't be used; correct it and try again.\n")


def test_list_shows_what_there_is_and_what_can_not_be_used(mine: str) -> None:
    done("card", "new", "other", "tokenme")
    card_path("other").write_bytes(b"rubbish" * 1000)
    lines = done("card", "list").splitlines()
    first, second = json_of("card", "list")
    assert lines[0].split() == ["mine", "proid-q", first["serial"], "full"]
    assert lines[1].startswith("other                can't be used: ")
    assert (first["name"], first["profile"], first["dead"], first["problem"]) == (mine, "proid-q", False, None)
    assert (second["name"], second["profile"], second["serial"]) == ("other", None, None)
    assert "is damaged" in second["problem"]


def test_list_of_nothing_says_what_to_do() -> None:
    assert done("card", "list") == "there is no stored card; make one: stuntcard card new mine proid-q\n"


def test_show_tells_the_state(mine: str) -> None:
    spend_a_try()
    shown = json_of("card", "show", mine)
    assert (shown["name"], shown["profile"], shown["in_use_by"]) == (mine, "proid-q", None)
    assert shown["codes"]["pin"]["tries_left"] == 2
    text = done("card", "show", mine)
    assert f"proid-q: operational, serial number {shown['serial']}\nstored as mine, durability full, made 20" in text
    assert "2 / 3 / 3" in text


def test_copy(mine: str) -> None:
    spend_a_try()
    assert done("card", "copy", mine, "second") == "second: a copy of mine\n"
    assert tries_left("second") == 2
    assert "there is a card 'second' already" in refused("card", "copy", mine, "second")


def test_export_and_import(mine: str, tmp_path: Path) -> None:
    spend_a_try()
    file = tmp_path / "mine.json"
    result = run("card", "export", mine, str(file))
    assert result.exit_code == 0
    assert result.stdout == f"mine is in {file}\n"
    assert result.stderr == (
        f"Warning: {file} holds the card's codes and private keys, readable by whoever gets it; keep it to yourself.\n"
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "is there already" in refused("card", "export", mine, str(file))
    assert done("card", "import", str(file), "second") == f"second: the ProID+Q of {file}\n"
    assert tries_left("second") == 2
    file.write_text("{}")
    assert "can't be imported" in refused("card", "import", str(file), "third")


def test_reset_and_delete_do_nothing_when_nobody_can_be_asked(mine: str) -> None:
    spend_a_try()
    assert refused("card", "reset", mine).endswith("nothing was done; say --yes to do it without asking.\n")
    assert refused("card", "delete", mine).startswith("Delete mine? Nobody is there to answer")
    assert tries_left() == 2


@pytest.mark.parametrize(("answer", "status", "left"), [(b"n\n", 1, 2), (b"\n", 1, 2), (b"y\n", 0, 3)])
def test_at_a_terminal_one_is_asked(mine: str, answer: bytes, status: int, left: int) -> None:
    spend_a_try()
    keyboard, terminal = pty.openpty()
    with os.fdopen(keyboard, "wb"), os.fdopen(terminal, "rb"):
        os.write(keyboard, answer)
        program = subprocess.run(
            [*COMMAND, "card", "reset", mine],
            stdin=terminal,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            cwd=ROOT,
        )
    assert "Make mine as it left the factory, and lose its keys, files and codes? [y/N]" in program.stdout
    assert (program.returncode, tries_left()) == (status, left)


def test_reset(mine: str) -> None:
    spend_a_try()
    assert done("card", "reset", mine, "--yes") == "mine is as it left the factory\n"
    assert tries_left() == 3


def test_delete(mine: str) -> None:
    done("snapshot", "save", mine)
    assert refused("card", "delete", mine).startswith("Delete mine and its 1 snapshots?")
    assert done("card", "delete", mine, "--yes") == "mine is deleted\n"
    assert "there is no card 'mine'; there is none yet" in refused("card", "delete", mine, "--yes")


@pytest.mark.parametrize(
    "command",
    [
        "card show nope",
        "card copy nope other",
        "card export nope nope.json",
        "card reset nope",
        "card delete nope",
        "snapshot save nope",
        "snapshot list nope",
        "snapshot restore nope",
    ],
)
def test_a_card_that_is_not_there(command: str, mine: str) -> None:
    message = refused(*command.split())
    assert message == f"there is no card 'nope'; there are: {mine}. Make one: stuntcard card new nope proid-q\n"


def test_a_home_that_is_open_to_others_is_refused(mine: str, home: Path) -> None:
    (home / "cards").chmod(0o755)
    assert f"chmod 700 {home}/cards" in refused("card", "list")
    assert "open to others" in refused("card", "show", mine)


# snapshot


def test_snapshots(mine: str) -> None:
    assert done("snapshot", "list", mine) == "mine has no snapshot; save one: stuntcard snapshot save mine\n"
    assert done("snapshot", "save", mine, "fresh") == (
        "fresh: a snapshot of mine. Bring it back: stuntcard snapshot restore mine fresh\n"
    )
    spend_a_try()
    done("snapshot", "save", mine)
    names = [snapshot["name"] for snapshot in json_of("snapshot", "list", mine)]
    assert names[0] == "fresh"
    assert [line.split()[0] for line in done("snapshot", "list", mine).splitlines()] == names
    assert done("snapshot", "restore", mine, "fresh") == "mine is as it was in fresh\n"
    assert tries_left() == 3
    assert done("snapshot", "restore", mine) == f"mine is as it was in {names[1]}\n"
    assert tries_left() == 2
    assert "has no snapshot 'old'; there are: fresh" in refused("snapshot", "restore", mine, "old")


def test_restoring_a_damaged_card_says_where_the_damaged_file_went(mine: str) -> None:
    done("snapshot", "save", mine, "fresh")
    card_path(mine).write_bytes(b"rubbish" * 1000)
    message = refused("card", "show", mine)
    assert "is damaged: file is not a database. It was left as it is. Restore a snapshot" in message
    result = run("snapshot", "restore", mine)
    assert result.exit_code == 0
    assert result.stderr.startswith(f"The damaged file is kept as {card_path(mine)}.damaged-")
    assert tries_left() == 3


# A stored card in a reader


SPEND = """
from smartcard.System import readers
connection = readers()[0].createConnection()
connection.connect()
connection.transmit(list(bytes.fromhex("00A404000CF276A288BCFBA69D34F31001")))
print(bytes(connection.transmit(list(bytes.fromhex("002000010431313131")))[1:]).hex())
"""


def test_exec_shows_the_stored_cards_serial_number(mine: str, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    assert stuntcard("exec", f"card:{mine}", "--state-out", str(state), "--", "true").returncode == 0
    assert json.loads(state.read_text())["serial"] == json_of("card", "show", mine)["serial"]
    refused = stuntcard("exec", f"card:{mine}", "--serial", "00", "--", "true")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("--serial is for a fresh card of a profile; a stored card")


def test_exec_with_a_stored_card_goes_on_where_the_last_one_ended(mine: str) -> None:
    answers = [stuntcard("exec", f"card:{mine}", "--", sys.executable, "-c", SPEND).stdout for _ in range(4)]
    assert answers == ["63c2\n", "63c1\n", "63c0\n", "6983\n"]
    assert json_of("card", "show", mine)["codes"]["pin"]["state"] == "blocked"


def test_run_has_the_card_for_itself_and_a_kill_frees_it(mine: str) -> None:
    runner = subprocess.Popen([*COMMAND, "run", f"card:{mine}"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert runner.stdout is not None
        assert runner.stdout.readline().startswith("ProID+Q is in the reader")
        second = stuntcard("exec", f"card:{mine}", "--", "true")
        assert second.returncode == 69
        assert second.stderr.startswith("card 'mine' is in use by `")
        assert f"`stuntcard run` (process {runner.pid}, since " in second.stderr
        assert f"in use by stuntcard run (process {runner.pid})" in done("card", "list")
        assert json_of("card", "show", mine)["in_use_by"]["pid"] == runner.pid
        assert "is in use by" in refused("card", "reset", mine, "--yes", status=69)
    finally:
        runner.send_signal(signal.SIGKILL)
        runner.communicate()
    assert stuntcard("exec", f"card:{mine}", "--", "true").returncode == 0


@pytest.mark.parametrize("command", [["run", "card:nope"], ["exec", "card:nope", "--", "true"]])
def test_a_stored_card_that_is_not_there_is_told(command: list[str]) -> None:
    result = stuntcard(*command)
    assert result.returncode == 2
    assert result.stderr == ("there is no card 'nope'; there is none yet. Make one: stuntcard card new nope proid-q\n")


def test_the_commands_are_there_and_have_their_help() -> None:
    for command in ("card", "snapshot"):
        result = stuntcard(command, "--help")
        assert result.returncode == 0
        assert f"stuntcard {command}" in result.stdout or "Usage" in result.stdout

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.cli.app import app
from stuntcard.control.control import CONTROL_SOCKET, ControlServer, card_directory
from stuntcard.profile.load import load_profile, profile_names
from stuntcard.running.running import (
    PcscChoice,
    ReaderChoice,
    ReaderChoiceError,
    VpcdChoice,
    parse_reader,
    reader_name,
)
from typer.testing import CliRunner, Result

PROFILES = Path(__file__).parents[3] / "profiles"
PATIENCE = 30
COMMANDS = (["list"], ["show"], ["run"], ["exec"], ["status"], ["profile", "check"], ["profile", "schema"])


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Each test has running cards of its own, in a path short enough for a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="sc-") as directory:
        monkeypatch.setenv("XDG_RUNTIME_DIR", directory)
        yield Path(directory)


def cli(*arguments: str) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def stuntcard(
    *arguments: str, environment: Mapping[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "stuntcard", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, **(environment or {})},
        **options,
    )


# Help


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(command: list[str]) -> None:
    result = cli(*command, "--help")
    assert result.exit_code == 0
    assert "Example: stuntcard " + " ".join(command) in result.stdout


def test_without_a_command_there_is_help() -> None:
    assert "list" in cli("--help").stdout
    assert "Usage" in cli().output


# list and show


def test_list_names_every_shipped_profile() -> None:
    lines = cli("list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(profile_names())


def test_list_for_scripts() -> None:
    listed = json.loads(cli("list", "--json").stdout)
    assert [entry["id"] for entry in listed] == list(profile_names())
    proid_q = next(entry for entry in listed if entry["id"] == "proid-q")
    assert proid_q["name"] == "ProID+Q"
    assert set(proid_q["about"]) == {"en", "cs", "sl"}


def test_show_tells_rules_and_where_they_come_from() -> None:
    shown = cli("show", "proid-q").stdout
    assert "ProID+Q (proid-q)" in shown
    assert "ATR 3B7E9400008025A00000002856801012000114" in shown
    assert "PQ-06" in shown
    assert "assumed" in shown


def test_show_for_scripts_is_the_profile() -> None:
    shown = json.loads(cli("show", "proid-q", "--json").stdout)
    assert shown["id"] == "proid-q"
    assert shown["codes"]["pin"]["length"]["max"] == 15
    assert shown["codes"]["pin"]["reset_by"][0]["from"] == ["set", "blocked"]


def test_show_the_issuer_of_attestation_certificates() -> None:
    issuers = Path(__file__).parents[3] / "tools/cardtools/ca/pki/attestation_issuers.pem"
    assert cli("show", "proid-q", "--attestation-issuer").stdout == issuers.read_text(encoding="ascii")


def test_show_of_a_file_of_ones_own(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text((PROFILES / "proid-q.yaml").read_text(encoding="utf-8").replace("ProID+Q", "Mine"), "utf-8")
    assert "Mine (proid-q)" in cli("show", str(mine)).stdout


# Bad input


@pytest.mark.parametrize("command", [["show"], ["run"], ["exec"]], ids=" ".join)
def test_an_unknown_profile_is_answered_with_those_there_are(command: list[str]) -> None:
    result = cli(*command, "proidq", *(["--", "true"] if command == ["exec"] else []))
    assert result.exit_code == 2
    assert result.output.startswith("there is no profile 'proidq'; there are: ")
    assert "proid-q" in result.output


def test_a_file_that_is_not_there() -> None:
    for command in (["show"], ["profile", "check"]):
        result = cli(*command, "nowhere.yaml")
        assert result.exit_code == 2
        assert "nowhere.yaml" in result.output
        assert "Traceback" not in result.output


def test_a_profile_with_mistakes_gets_all_of_them_with_their_places(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    text = (PROFILES / "proid-q.yaml").read_text(encoding="utf-8")
    bad.write_text(text.replace("min: 4,", "min: four,").replace("dead:\n", "colour: blue\ndead:\n"), "utf-8")
    result = cli("profile", "check", str(bad))
    assert result.exit_code == 2
    min_line = text[: text.index("min: 4,")].count("\n") + 1
    dead_line = text[: text.index("dead:\n")].count("\n") + 1
    [first, second] = result.output.splitlines()
    assert first.startswith(f"{bad}:{min_line}:")
    assert first.endswith("codes.pin.length.min: 'four': expected a valid integer")
    assert second.startswith(
        f"{bad}:{dead_line}:1: colour: is not a key that a profile has here; expected one of: schema"
    )
    assert cli("show", str(bad)).output.splitlines()[-1] == f"{bad} can't be used; correct it and try again."


def test_a_folder_is_no_profile(tmp_path: Path) -> None:
    result = cli("profile", "check", str(tmp_path))
    assert result.exit_code == 2
    assert f"{tmp_path}: can't be read" in result.output


def test_a_good_profile() -> None:
    path = PROFILES / "proid-q.yaml"
    assert cli("profile", "check", str(path)).stdout == f"{path}: good; a profile of ProID+Q\n"


def test_the_schema_is_json_schema() -> None:
    schema = json.loads(cli("profile", "schema").stdout)
    assert schema["properties"]["schema"]["const"] == 1
    assert schema["additionalProperties"] is False


# Choosing a reader


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("pcsc", PcscChoice()),
        ("vpcd", VpcdChoice("localhost", 35963)),
        ("vpcd:host", VpcdChoice("host", 35963)),
        ("vpcd:host:35964", VpcdChoice("host", 35964)),
        ("vpcd::35964", VpcdChoice("localhost", 35964)),
        ("vpcd:[::1]:35964", VpcdChoice("::1", 35964)),
    ],
)
def test_readers(text: str, choice: ReaderChoice) -> None:
    assert parse_reader(text) == choice


@pytest.mark.parametrize("text", ["", "usb", "pcsc:1", "vpcd:host:0", "vpcd:host:65536", "vpcd:host:x", "VPCD"])
def test_readers_that_there_are_not(text: str) -> None:
    with pytest.raises(ReaderChoiceError, match="expected pcsc, or vpcd"):
        parse_reader(text)


def test_a_reader_that_there_is_not_is_said_so_before_anything_starts() -> None:
    result = cli("run", "proid-q", "--reader", "usb")
    assert result.exit_code == 2
    assert result.output == "--reader usb: expected pcsc, or vpcd[:HOST[:PORT]] with a port from 1 to 65535\n"


def test_the_readers_name_tells_the_card() -> None:
    assert reader_name(load_profile("proid-q")) == "Stuntcard ProID+Q 00 00"


# exec


@pytest.mark.parametrize("status", [0, 1, 7, 255])
def test_exec_hands_on_the_exit_status(status: int) -> None:
    assert stuntcard("exec", "proid-q", "--", "sh", "-c", f"exit {status}").returncode == status


def test_exec_tells_a_signal_as_a_shell_does() -> None:
    assert stuntcard("exec", "proid-q", "--", "sh", "-c", "kill -TERM $$").returncode == 128 + signal.SIGTERM


def test_exec_of_what_is_not_there() -> None:
    result = stuntcard("exec", "proid-q", "--", "no-such-program")
    assert result.returncode == 127
    assert result.stderr == "no-such-program: no such program; is it installed, and on the PATH?\n"


def test_exec_of_what_is_no_program(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("just text")
    result = stuntcard("exec", "proid-q", "--", str(plain))
    assert result.returncode == 126
    assert result.stderr.startswith(f"{plain}: can't be run: ")


def test_exec_leaves_input_output_and_options_to_the_program() -> None:
    result = stuntcard(
        "exec", "proid-q", "--", "sh", "-c", 'cat; echo "$@" >&2', "sh", "--help", "-x", input="from the user"
    )
    assert (result.stdout, result.stderr) == ("from the user", "--help -x\n")


def test_exec_gives_the_program_a_private_socket_and_takes_it_away_again() -> None:
    script = 'ls -l "$PCSCLITE_CSOCK_NAME"; stat -c %a "$(dirname "$PCSCLITE_CSOCK_NAME")"; echo "$PCSCLITE_CSOCK_NAME"'
    listed, directory_mode, path = stuntcard("exec", "proid-q", "--", "sh", "-c", script).stdout.splitlines()
    assert listed.startswith("srw-------")
    assert directory_mode == "700"
    assert not Path(path).exists()
    assert not Path(path).parent.exists()


def test_exec_of_a_fresh_card_with_a_serial_number_of_its_own(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    result = stuntcard("exec", "proid-q", "--serial", "0042", "--state-out", str(state), "--", "true")
    assert result.returncode == 0
    assert json.loads(state.read_text(encoding="utf-8"))["serial"] == "0042"


def test_exec_of_a_card_seen_through_another_command_set() -> None:
    for applet, name in (("myeid", "4D79454944"), ("oseid", "4F73454944")):
        result = stuntcard("exec", "proid-q", "--applet", applet, "--", "opensc-tool", "--atr")
        assert name in result.stdout.upper().replace(":", "")


@pytest.mark.parametrize("command", ["run", "exec"])
def test_command_sets_that_can_not_be_chosen(command: str) -> None:
    program = ["--", "true"] if command == "exec" else []
    wrong = stuntcard(command, "proid-q", "--applet", "piv", *program)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "--applet piv: there is no applet 'piv'; there are: isoapplet, myeid, oseid\n"
    scenario = stuntcard(command, "--scenario", "proid-q-pin-blocked", "--applet", "myeid", *program)
    assert (scenario.returncode, scenario.stdout) == (2, "")
    assert scenario.stderr.startswith("--applet is for a profile or a stored card; ")


@pytest.mark.parametrize("command", ["run", "exec"])
def test_serial_numbers_that_can_not_be_given(command: str) -> None:
    program = ["--", "true"] if command == "exec" else []
    wrong = stuntcard(command, "proid-q", "--serial", "no", *program)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("--serial 'NO' is no serial number; expected 1 to 16 bytes in hexadecimal")
    scenario = stuntcard(command, "--scenario", "puk-last-try", "--serial", "0042", *program)
    assert (scenario.returncode, scenario.stdout) == (2, "")
    assert scenario.stderr.startswith("--serial is for a fresh card of a profile")


def test_exec_writes_the_cards_final_state(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    assert stuntcard("exec", "proid-q", "--state-out", str(state), "--", "true").returncode == 0
    shown = json.loads(state.read_text(encoding="utf-8"))
    assert shown["life_cycle"] == "operational"
    assert shown["areas"]["cc"] | {"places": 2, "used": 0} == shown["areas"]["cc"]
    assert shown["keys"] == []
    assert shown["serial"] == "5354554E54000001"
    for code, tries in (("pin", 3), ("puk", 5), ("qpin", 3)):
        expected = {"state": "set", "tries_left": tries, "tries_limit": tries, "tries_max": tries, "must_change": True}
        assert shown["codes"][code] | expected == shown["codes"][code]


def test_exec_says_when_the_state_can_not_be_written(tmp_path: Path) -> None:
    target, ran = tmp_path / "no" / "state.json", tmp_path / "ran"
    result = stuntcard("exec", "proid-q", "--state-out", str(target), "--", "touch", str(ran))
    assert result.returncode == 2
    assert f"{target}: can't be written: No such file or directory; choose another place" in result.stderr
    assert not ran.exists()


def test_exec_hands_the_status_on_also_when_the_state_can_not_be_written_any_more(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    command = ["sh", "-c", f"rm -r {folder}; exit 3"]
    result = stuntcard("exec", "proid-q", "--state-out", str(folder / "state.json"), "--", *command)
    assert result.returncode == 3
    assert "the program ended with 3, but the card's final state can't be written" in result.stderr


def test_exec_ends_its_program_and_cleans_up_when_its_terminal_goes(runtime: Path) -> None:
    command = [sys.executable, "-m", "stuntcard", "exec", "proid-q", "--", "sh", "-c", "echo up; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"up\n"
        program.send_signal(signal.SIGHUP)
        assert program.wait(30) == 128 + signal.SIGTERM
    assert list(runtime.glob("stuntcard/*")) == []


def test_what_a_killed_emulator_left_is_swept_away(runtime: Path) -> None:
    gone = subprocess.run(["sh", "-c", "echo $$"], check=True, capture_output=True, text=True).stdout.strip()
    left = runtime / "stuntcard" / f"proid-q-{gone}-abcdefgh"
    left.mkdir(parents=True, mode=0o700)
    left.parent.chmod(0o700)
    command = [sys.executable, "-m", "stuntcard", "exec", "proid-q", "--", "true"]
    assert subprocess.run(command, check=False).returncode == 0
    assert not left.exists()


def test_exec_without_a_command_shows_its_help() -> None:
    result = stuntcard("exec", "proid-q")
    assert result.returncode == 2
    assert "COMMAND" in result.stderr


def test_exec_says_when_it_can_have_no_socket(runtime: Path) -> None:
    open_to_all = runtime / "stuntcard"
    open_to_all.mkdir()
    open_to_all.chmod(stat.S_IRWXU | stat.S_IRWXO)
    result = stuntcard("exec", "proid-q", "--", "true")
    assert result.returncode == 69
    assert result.stderr.startswith("the card can't be served: ")
    assert "is open to others" in result.stderr


# run and status


@pytest.fixture
def running() -> Iterator[subprocess.Popen[str]]:
    """A card that runs, once it said where."""
    process = subprocess.Popen(
        [sys.executable, "-m", "stuntcard", "run", "proid-q"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def exported_socket(process: subprocess.Popen[str]) -> Path:
    """The socket that `run` prints for the user's shell."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip().startswith("export PCSCLITE_CSOCK_NAME="):
            return Path(line.strip().partition("=")[2])
    raise AssertionError("the card ended before it said where it is")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_ends_cleanly(running: subprocess.Popen[str], number: signal.Signals) -> None:
    path = exported_socket(running)
    assert path.is_socket()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    running.send_signal(number)
    output, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0
    assert output.splitlines()[-1] == "ProID+Q taken out after 0 commands."
    assert not path.exists()


def test_status_shows_a_running_card(running: subprocess.Popen[str]) -> None:
    path = exported_socket(running)
    [shown] = json.loads(stuntcard("status", "--json").stdout)
    assert shown["pcsc_socket"] == str(path)
    assert shown["profile"] == "proid-q"
    assert shown["codes"]["puk"]["tries_left"] == 5
    assert f"export PCSCLITE_CSOCK_NAME={path}" in stuntcard("status").stdout


def test_status_of_no_card() -> None:
    assert cli("status").stdout == "no card is running; start one with: stuntcard run proid-q\n"
    assert json.loads(cli("status", "--json").stdout) == []


def test_status_for_people() -> None:
    card = Card(load_profile("proid-q"), APPLETS)
    with card_directory("proid-q") as directory, ControlServer(card, directory / CONTROL_SOCKET):
        card.transmit(bytes.fromhex("00200003 04 31323334"))
        shown = cli("status").stdout
    assert "ProID+Q" in shown or "proid-q" in shown
    assert "2 / 3 / 3" in shown
    assert "0 of 2 places used" in shown

"""`stuntcard run` and `exec`, as people and scripts use them."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from tests.unit.cli.command_line import COMMAND, PATIENCE, ROOT, exported_socket, refused, stuntcard

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
    wrong = stuntcard(command, "proid-q", "--applet", "cac", *program)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    there_are = "there are: isoapplet, myeid, oseid, gids, piv, ias"
    assert wrong.stderr == f"--applet cac: there is no applet 'cac'; {there_are}\n"
    scenario = stuntcard(command, "--scenario", "proid-q-pin-blocked", "--applet", "cac", *program)
    assert (scenario.returncode, scenario.stderr) == (2, wrong.stderr)


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
    command = [*COMMAND, "exec", "proid-q", "--", "sh", "-c", "echo up; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"up\n"
        program.send_signal(signal.SIGHUP)
        assert program.wait(30) == 128 + signal.SIGTERM
    assert list(runtime.glob("stuntcard/*")) == []


def test_a_card_that_was_started_with_nohup_outlives_its_terminal() -> None:
    with subprocess.Popen(
        ["nohup", *COMMAND, "run", "proid-q"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as program:
        exported_socket(program)
        program.send_signal(signal.SIGHUP)
        assert json.loads(stuntcard("status", "--json").stdout)[0]["profile"] == "proid-q"
        program.send_signal(signal.SIGTERM)
        output, _ = program.communicate(timeout=PATIENCE)
    assert (program.returncode, output.splitlines()[-1]) == (0, "ProID+Q taken out after 0 commands.")


def test_what_a_killed_emulator_left_is_swept_away(runtime: Path) -> None:
    gone = subprocess.run(["sh", "-c", "echo $$"], check=True, capture_output=True, text=True).stdout.strip()
    left = runtime / "stuntcard" / f"proid-q-{gone}-abcdefgh"
    left.mkdir(parents=True, mode=0o700)
    left.parent.chmod(0o700)
    command = [*COMMAND, "exec", "proid-q", "--", "true"]
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


# run


def test_a_reader_that_there_is_not_is_said_so_before_anything_starts() -> None:
    complaint = "--reader usb: expected pcsc, or vpcd[:HOST[:PORT]] with a port from 1 to 65535\n"
    assert refused("run", "proid-q", "--reader", "usb") == complaint


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_ends_cleanly(running_program: subprocess.Popen[str], number: signal.Signals) -> None:
    path = exported_socket(running_program)
    assert path.is_socket()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    running_program.send_signal(number)
    output, _ = running_program.communicate(timeout=PATIENCE)
    assert running_program.returncode == 0
    assert output.splitlines()[-1] == "ProID+Q taken out after 0 commands."
    assert not path.exists()

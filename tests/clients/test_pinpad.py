"""A reader with a PIN pad: real middleware has codes typed there, and never sees one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stuntcard.trace.events import EventKind

from tests.clients.asked_program import LineProgram
from tests.clients.opensc import SOCKET_VARIABLE, inner_module, opensc_command, program_of_this_machine
from tests.clients.stuntcard_command import STUNTCARD, StuntcardCommand
from tests.programs import PATIENCE, run

CODE, NEW_CODE = "12345678", "24681357"
SENDS_NO_CODE = """
import smartcard.scard as scard
from smartcard.pcsc.PCSCPart10 import getFeatureRequest, getPinProperties, hasFeature, FEATURE_VERIFY_PIN_DIRECT
from smartcard.System import readers

connection = readers()[0].createConnection()
connection.connect()
features = getFeatureRequest(connection)
verify = hasFeature(features, FEATURE_VERIFY_PIN_DIRECT)
command = [0x00, 0x20, 0x00, 0x01, 0x10] + [0xFF] * 16
structure = [1, 1, 0x02, 0, 0, 12, 4, 2, 0, 9, 4, 0, 0, 0, 0, len(command), 0, 0, 0] + command
for _ in range(4):
    print(bytes(connection.control(verify, structure)).hex())
print(bytes(sum(connection.transmit([0x00, 0x20, 0x00, 0x01])[1:], start=0).to_bytes(2)).hex() and "still there")
"""

COMES_AND_GOES = """
import sys
from smartcard.System import readers

for line in sys.stdin:
    connection = readers()[0].createConnection()
    connection.connect(disposition=0)
    answers = [connection.transmit(list(bytes.fromhex(command))) for command in line.split()]
    connection.disconnect()
    print(*("%02X%02X" % answer[1:] for answer in answers), flush=True)
"""


@pytest.fixture
def stuntcard(folder: Path) -> StuntcardCommand:
    return StuntcardCommand({**os.environ, "XDG_RUNTIME_DIR": str(folder)})


def keys(folder: Path, *lines: str) -> Path:
    path = folder / "keys"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
    path.chmod(0o600)
    return path


def command(folder: Path, socket: Path, *arguments: str) -> list[str]:
    return [*opensc_command("pkcs11-tool", folder, socket), "--module", str(inner_module()), *arguments]


def tool(folder: Path, socket: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(*command(folder, socket, *arguments))


@pytest.mark.fact("PK-15")
def test_opensc_logs_in_and_signs_without_a_code(folder: Path, stuntcard: StuntcardCommand) -> None:
    trace = folder / "trace.jsonl"
    arguments = ("zzzs-pk", "--keys", str(keys(folder, "1234")), "--trace", str(trace))
    with stuntcard.running(*arguments) as (process, socket):
        listed = tool(folder, socket, "--list-slots")
        assert "PIN pad present" in listed.stdout
        (folder / "data").write_bytes(b"x" * 32)
        signed = tool(
            folder, socket, "--login", "--token-label", "ZZZS-PK (HPC-Entry)", "--sign", "--id", "01",
            "-m", "SHA256-RSA-PKCS", "--input-file", "data", "--output-file", "signature",
        )  # fmt: skip
        assert signed.returncode == 0, signed.stderr
        assert len((folder / "signature").read_bytes()) == 256
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    shown = stuntcard.done("trace", "show", str(trace))
    assert [line.split("  ")[-1].strip() for line in shown.splitlines() if "VERIFY" in line] == ["right"]
    assert "31323334" not in trace.read_text()


def test_opensc_changes_a_code(folder: Path, stuntcard: StuntcardCommand) -> None:
    with stuntcard.running("proid-q", "--keys", str(keys(folder, CODE, NEW_CODE, NEW_CODE))) as (_, socket):
        changed = tool(folder, socket, "--change-pin")
        assert "PIN successfully changed" in changed.stdout
        assert tool(folder, socket, "--login", "--pin", NEW_CODE, "-O").returncode == 0


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ((CODE, NEW_CODE, CODE), "CKR_PIN_INVALID"),
        ((CODE, "cancel"), "CKR_FUNCTION_CANCELED"),
        ((CODE, "123"), "CKR_PIN_LEN_RANGE"),
    ],
)
def test_a_change_that_does_not_come_about(
    folder: Path, stuntcard: StuntcardCommand, typed: tuple[str, ...], refusal: str
) -> None:
    with stuntcard.running("proid-q", "--keys", str(keys(folder, *typed))) as (_, socket):
        changed = tool(folder, socket, "--change-pin")
        assert refusal in changed.stderr + changed.stdout
        assert changed.returncode != 0
        assert tool(folder, socket, "--login", "--pin", CODE, "-O").returncode == 0


@pytest.mark.own_module
def test_keys_come_from_the_standard_input_too(stuntcard: StuntcardCommand) -> None:
    program = (program_of_this_machine("pkcs11-tool"), "--module", inner_module(), "--login", "-O")
    command = (STUNTCARD, "exec", "proid-q", "--keys", "-", "--", *program)
    done = run(*command, input=f"{CODE}\n", env=stuntcard.environment)
    assert done.returncode == 0, done.stderr
    assert CODE not in done.stdout + done.stderr


def test_a_person_types_while_a_program_waits(folder: Path, stuntcard: StuntcardCommand) -> None:
    with stuntcard.running("proid-q", "--pinpad") as (process, socket):
        assert "asked for nothing within 0 s" in stuntcard("type", "proid-q", "--wait", "0").stderr
        changing = command(folder, socket, "--change-pin")
        program = subprocess.Popen(changing, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        typed = f"{CODE}\n24683 correction 1357\n{NEW_CODE}\n"
        typing = run(STUNTCARD, "type", "proid-q", env=stuntcard.environment, input=typed)
        assert typing.returncode == 0, typing.stderr
        output, _ = program.communicate(timeout=PATIENCE)
        assert "PIN successfully changed" in output
        assert all(CODE not in Path(f"/proc/{pid}/cmdline").read_text() for pid in (process.pid, os.getpid()))


def test_cancel_is_a_key(folder: Path, stuntcard: StuntcardCommand) -> None:
    with stuntcard.running("proid-q", "--pinpad") as (_, socket):
        login = command(folder, socket, "--login", "-O")
        program = subprocess.Popen(login, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert stuntcard("type", "proid-q", "--cancel").returncode == 0
        _, refusal = program.communicate(timeout=PATIENCE)
        assert "CKR_FUNCTION_CANCELED" in refusal


def test_pyscard_verifies_and_times_out(folder: Path, stuntcard: StuntcardCommand) -> None:
    pytest.importorskip("smartcard", reason="pyscard is the program here")
    with stuntcard.running("proid-q", "--keys", str(keys(folder, CODE, "12 cancel", "123", "none"))) as (_, socket):
        program = run(sys.executable, "-c", SENDS_NO_CODE, env={**os.environ, SOCKET_VARIABLE: str(socket)})
        assert program.stdout.split("\n")[:4] == ["9000", "6401", "6403", "6400"], program.stderr


def test_what_is_refused(folder: Path, stuntcard: StuntcardCommand) -> None:
    path = keys(folder, CODE, "secret words")
    wrong = stuntcard("exec", "proid-q", "--keys", str(path), "--", "true")
    assert (wrong.returncode, "line 2: expected digits" in wrong.stderr) == (2, True)
    assert "secret" not in wrong.stderr
    path.chmod(0o644)
    assert f"chmod 600 {path}" in stuntcard("exec", "proid-q", "--keys", str(path), "--", "true").stderr
    missing = stuntcard("exec", "proid-q", "--keys", str(folder / "none"), "--", "true")
    assert "can't be read: No such file" in missing.stderr
    assert "is no file" in stuntcard("exec", "proid-q", "--keys", str(folder), "--", "true").stderr
    vpcd = stuntcard("run", "proid-q", "--reader", "vpcd", "--pinpad")
    assert (vpcd.returncode, "vpcd knows no PIN pads" in vpcd.stderr) == (2, True)
    with stuntcard.running("proid-q"):
        assert "start its card with --pinpad" in stuntcard("type", "proid-q").stderr


def test_an_unused_card_forgets_its_codes(folder: Path, stuntcard: StuntcardCommand) -> None:
    """By the clock, as a program meets it: codes hold for some seconds after the last client, and no longer."""
    pytest.importorskip("smartcard", reason="pyscard is the program here")
    trace = folder / "trace.jsonl"
    select, query = "00A404000CF276A288BCFBA69D34F31001", "00200001"
    verify = "0020000110" + CODE.encode().ljust(16, b"\xff").hex()
    with (
        stuntcard.running("proid-q", "--trace", str(trace)) as (_, socket),
        LineProgram("-c", COMES_AND_GOES, socket=socket) as program,
    ):
        assert program.ask_line(f"{select} {verify} {query}").split()[1:] == ["9000", "9000"]
        assert program.ask_line(query) == "9000"
        deadline = time.monotonic() + PATIENCE
        while f'"{EventKind.POWER_OFF}"' not in trace.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert program.ask_line(query) == "63C3"

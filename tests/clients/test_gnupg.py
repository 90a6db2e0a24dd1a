"""Cards seen by GnuPG's smart card daemon, scdaemon, which reads PKCS#15 by itself and knows no IsoApplet."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord

from tests.clients.desk import Desk, desk_with_own_socket
from tests.clients.opensc import SOCKET_VARIABLE
from tests.programs import run

pytestmark = pytest.mark.own_module

SCDAEMON = "disable-ccid\npcsc-shared\n"
PINENTRY = """#!/bin/sh
echo "OK here"
while read -r line; do
    case $line in
    GETPIN) echo "D {value}" && echo OK ;;
    BYE) echo OK && exit ;;
    *) echo OK ;;
    esac
done
"""
CHALLENGE = "AB" * 32


@dataclass(frozen=True)
class GnuPG:
    """GnuPG with a home of its own, at the desk's card; who is asked for a code always gives the same value."""

    desk: Desk
    home: Path

    def run(self, *command: str) -> str:
        """What a program says; it must end well, and by itself."""
        done = self._done(command)
        assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def ask(self, *commands: str) -> list[str]:
        """The daemon's answers to commands, without its OKs."""
        done = self._done(("gpg-connect-agent", *(f"scd {command}" for command in commands), "/bye"))
        return [line for line in done.stdout.splitlines() if line != "OK"]

    def _done(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "GNUPGHOME": str(self.home), SOCKET_VARIABLE: str(self.desk.socket)}
        return run(*command, env={**environment, "LC_ALL": "C.UTF-8"})


@contextmanager
def gnupg_at(profile: str, value: str = "") -> Iterator[GnuPG]:
    """GnuPG at a fresh card."""
    for program in ("gpgsm", "gpg-connect-agent"):
        assert shutil.which(program), f"{program} is not installed (Debian: gpgsm scdaemon)"
    with desk_with_own_socket(profile) as desk, tempfile.TemporaryDirectory(prefix="gnupg-") as folder:
        home = Path(folder)
        pinentry = home / "pinentry"
        pinentry.write_text(PINENTRY.format(value=value))
        pinentry.chmod(0o700)
        (home / "scdaemon.conf").write_text(SCDAEMON)
        (home / "gpg-agent.conf").write_text(f"pinentry-program {pinentry}\n")
        (home / "gpgsm.conf").write_text("disable-crl-checks\ndisable-dirmngr\n")
        gnupg = GnuPG(desk, home)
        try:
            yield gnupg
        finally:
            gnupg.run("gpgconf", "--kill", "all")


@pytest.mark.parametrize("profile", ["proid-q", "tokenme", "eobcanka", "zzzs-pk"])
def test_gpg_shows_that_there_is_a_card_and_reads_each_file_once_to_its_end(profile: str) -> None:
    with gnupg_at(profile) as gnupg:
        shown = gnupg.run("gpg", "--card-status")
        assert "Application type .: PKCS#15" in shown
        assert re.search(rf"Application ID \.\.\.: {gnupg.desk.card.profile.token.serial}\n", shown)
        reads = gnupg.desk.status_words(Instruction.READ_BINARY)
        selected = gnupg.desk.status_words(Instruction.SELECT).count(StatusWord.OK)
        assert set(reads) == {StatusWord.OK, StatusWord.WRONG_OFFSET}
        assert 5 <= reads.count(StatusWord.WRONG_OFFSET) <= selected


@pytest.mark.parametrize(
    ("profile", "keys", "certificates"),
    [
        ("eobcanka", {"P15.10": "nistp521"}, ["TESTOMIL TEST-VYMYŠLENÝ"]),
        ("zzzs-pk", {"P15.01": "rsa2048", "P15.02": "rsa2048"}, ["TESTKA TEST-IZMIŠLJENA"] * 2),
    ],
)
def test_gpgsm_learns_keys_and_certificates_of_the_factory(
    profile: str, keys: dict[str, str], certificates: list[str]
) -> None:
    with gnupg_at(profile) as gnupg:
        gnupg.run("gpgsm", "--learn-card")
        assert re.findall(r"/?CN=([^/\n]*)", gnupg.run("gpgsm", "--list-secret-keys"))[1::2] == certificates
        lines = gnupg.ask("learn --force")
        assert dict(re.findall(r"KEYPAIRINFO \S+ (\S+) \S+ \S+ (\S+)", "\n".join(lines))) == keys


def test_a_key_without_certificate_is_nothing_to_gnupg_and_hides_none() -> None:
    with gnupg_at("eobcanka") as gnupg:
        desk = gnupg.desk
        desk.office(iok="2222")
        for reference, by, value in ((2, "2222", "12345678"), (1, "12345678", "54321")):
            desk.tool("pkcs15-tool", "--unblock-pin", "--auth-id", f"0{reference}", "--puk", by, "--new-pin", value)
        desk.make_key("45", pin="54321")
        desk.reset()
        certificates = re.findall(r"CERTINFO \d+ (\S+)", "\n".join(gnupg.ask("learn --force")))
        assert certificates == ["P15.10"]


@pytest.mark.fact("PK-01")
def test_a_code_is_checked_a_wrong_one_costs_a_try_and_a_blocked_one_is_told() -> None:
    with gnupg_at("zzzs-pk", value="1234") as gnupg:
        assert gnupg.ask("serialno p15", "checkpin HPC-Entry")[1:] == []
        assert gnupg.desk.status_words(Instruction.VERIFY)[-1] == StatusWord.OK
    with gnupg_at("zzzs-pk", value="9999") as gnupg:
        said = [gnupg.ask("serialno p15", "checkpin HPC-Entry")[1] for _ in range(4)]
        assert ["Bad PIN" in line for line in said] == [True, True, True, False]
        assert "PIN blocked" in said[3]
        assert gnupg.desk.code("pep-pin").tries_left == 0


@pytest.mark.parametrize(("key", "value"), [("P15.01", "1234"), ("P15.02", "654321")])
def test_nothing_is_signed_as_scdaemon_names_no_algorithm(key: str, value: str) -> None:
    """Which is IsoApplet's rule for MSE: docs/gnupg.md has this and the others that forbid it."""
    with gnupg_at("zzzs-pk", value=value) as gnupg:
        gnupg.desk.tool("pkcs15-tool", "--unblock-pin", "--auth-id", "03", "--puk", "12345678", "--new-pin", "654321")
        said = gnupg.ask("serialno p15", f"setdata {CHALLENGE}", f"pksign --hash=sha256 {key}")
        assert said[-1].startswith("ERR ")
        assert gnupg.desk.status_words(Instruction.VERIFY)[-1] == StatusWord.OK
        assert gnupg.desk.status_words(Instruction.MANAGE_SECURITY_ENVIRONMENT) == [StatusWord.INCORRECT_DATA]
        assert gnupg.desk.status_words(Instruction.PERFORM_SECURITY_OPERATION) == []

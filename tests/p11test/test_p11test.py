"""The outside judge: OpenSC's own conformance program for PKCS#11 modules, and the results that OpenSC keeps for cards.

`make p11test` builds the program (see make/opensc-built) and runs this. The reference results stand in OpenSC's source:
those of a Java IsoApplet, and of OsEID, a simulated card that OpenSC drives as a MyEID.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.desk import Desk, desk_with_own_socket
from tests.clients.opensc import SOCKET_VARIABLE

pytestmark = pytest.mark.p11test

FOLDER_VARIABLE = "STUNTCARD_OPENSC_BUILT"
"""The folder that make/opensc-built made."""

PATIENCE = 150

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What the program says of one of its tests."""

    outcome: str
    rows: Counter[Row]


def run(desk: Desk, program: Path, *arguments: str) -> str:
    """Runs one of the built programs with the desk's card; it must end well."""
    configuration = desk.folder / "opensc.conf"
    configuration.write_text("app default { framework pkcs15 { use_file_caching = no; } }\n")
    environment = {**os.environ, SOCKET_VARIABLE: str(desk.socket), "OPENSC_CONF": str(configuration)}
    done = subprocess.run(
        [program, *arguments], cwd=desk.folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, f"{program.name} {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
    return done.stdout


def built() -> Path:
    """Where OpenSC and its p11test are."""
    folder = os.environ.get(FOLDER_VARIABLE)
    assert folder, f"{FOLDER_VARIABLE} is not set; `make p11test` sets it"
    return Path(folder)


def judge(desk: Desk, pin: str) -> dict[str, Result]:
    """Has p11test judge the card in the first slot, and gives its results by test."""
    file = desk.folder / "result.json"
    run(
        desk, built() / "source/src/tests/p11test/p11test",
        "-m", str(built() / "installed/lib/opensc-pkcs11.so"), "-s", "0", "-p", pin, "-o", str(file),
    )  # fmt: skip
    return read(file)


def reference(name: str) -> dict[str, Result]:
    """The results that OpenSC keeps for a card."""
    return read(built() / "source/src/tests/p11test" / name)


def read(file: Path) -> dict[str, Result]:
    """The results that a file holds."""
    return {
        result["test_id"]: Result(result["result"], Counter(tuple(row) for row in result.get("data", [])))
        for result in json.loads(file.read_text())["results"]
    }


def differences(seen: dict[str, Result], expected: dict[str, Result]) -> tuple[list[tuple[str, Row]], ...]:
    """The rows that are missing, and those that are there beyond what is expected; each with its test's name."""
    assert {name: result.outcome for name, result in seen.items()} == {
        name: result.outcome for name, result in expected.items()
    }
    missing, added = [], []
    for name, result in expected.items():
        missing += [(name, row) for row in (result.rows - seen[name].rows).elements()]
        added += [(name, row) for row in (seen[name].rows - result.rows).elements()]
    return missing, added


def test_isoapplet_gives_what_opensc_keeps_for_the_java_applet() -> None:
    """Two rows more: RSA-PSS with SHA-1, which the OpenSSL of OpenSC's reference machine would not check."""
    with desk_with_own_socket("tokenme") as desk:
        for identifier, kind, usage in (
            ("1", "rsa/2048", "decrypt,sign"),
            ("2", "rsa/2048", "decrypt"),
            ("3", "ec/secp256r1", "sign"),
        ):
            run(
                desk, built() / "installed/bin/pkcs15-init", "--generate-key", kind, "--id", identifier,
                "--key-usage", usage, "--auth-id", "01", "--pin", "12345678",
            )  # fmt: skip
        missing, added = differences(judge(desk, "12345678"), reference("isoapplet_ref_v1.json"))
    assert missing == []
    assert added == [
        ("pss_oaep_test", ("01", mechanism, "SHA_1", "MGF1_SHA_1", "-1", "YES", ""))
        for mechanism in ("RSA_PKCS_PSS", "SHA1_RSA_PKCS_PSS")
    ]

"""OpenSC's own test scripts, unmodified, at a card instead of the software token that they are written for.

They ask a file `init-softhsm.sh` for a token; here that file gives them OpenSC's module and the card in the reader.
What a card of this kind has not, they report, and each section in which they do is named here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.desk import PIN, PUK, Desk, desk_with_own_socket
from tests.clients.opensc import SOCKET_VARIABLE
from tests.p11test.test_p11test import PATIENCE, built

pytestmark = pytest.mark.p11test

TOKEN = f"""
export P11LIB=$BUILD_PATH/src/pkcs11/.libs/opensc-pkcs11.so PIN={PIN} SOPIN={PUK}
initialize_token() {{
    export PUB_ARGS=("--module=$P11LIB") PRIV_ARGS=("--module=$P11LIB" "--login" "--pin=$PIN")
}}
token_cleanup() {{ :; }}
"""
NO_KEYS = "Setup softhsm"
"""A key on P-521 and one for HMAC can't be made: IsoApplet has no curve longer than P-384 and no secret keys."""
NOT_WITH_THIS_CARD = {
    "test-threads": set[str](),
    "test": {NO_KEYS},
    "import": {NO_KEYS},
    "uri-with-slot-id": {NO_KEYS},
    "sign-verify": {
        NO_KEYS,
        "ECDSA: Sign & Verify (KEY 04)",
        *(f"RSA-PKCS-OAEP: Encrypt & Decrypt (KEY {key})" for key in ("01", "02")),
        *(f"{name}-HMAC: Sign & Verify (KEY (First Found))" for name in ("SHA-1", "SHA256", "SHA384", "SHA512")),
    },
}
"""By script, the sections that report an error. OAEP: OpenSC offers none for an IsoApplet."""


def script(name: str) -> Path:
    return built() / f"source/tests/test-pkcs11-tool-{name}.sh"


def sections_with_errors(shown: str) -> set[str]:
    """The titles above the reports of errors."""
    found, title = set(), ""
    for title_line, line in re.findall(r"^={20,}\n(.+)\n={20,}$|^====> (ERROR: .+)$", shown, re.MULTILINE):
        title = title_line or title
        if line:
            found.add(title)
    return found


def run_script(desk: Desk, name: str) -> str:
    """What a script shows that is run in the desk's folder."""
    folder = desk.folder / "opensc"
    shutil.copytree(built() / "source/tests", folder / "tests")
    (folder / "tests/init-softhsm.sh").write_text(TOKEN)
    environment = {
        **os.environ, SOCKET_VARIABLE: str(desk.socket), "BUILD_PATH": str(built() / "source"),
        "SOURCE_PATH": str(folder), "HOME": str(desk.folder), "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    return subprocess.run(
        ["bash", folder / "tests" / script(name).name, "softhsm"], cwd=desk.folder, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        timeout=2 * PATIENCE,
    ).stdout  # fmt: skip


@pytest.mark.parametrize("name", NOT_WITH_THIS_CARD)
def test_a_script_reports_what_the_card_has_not_and_nothing_else(name: str) -> None:
    """Up to 0.26 they know SoftHSM2 alone, and nothing can be put in its place; 0.27 has not all of them."""
    if script(name).exists() and (built() / "source/tests/init-softhsm.sh").exists():
        with desk_with_own_socket("proid-q") as desk:
            shown = run_script(desk, name)
            assert sections_with_errors(shown) == NOT_WITH_THIS_CARD[name], shown[-4000:]

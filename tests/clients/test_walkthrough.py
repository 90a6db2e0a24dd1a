"""The walkthrough plays the whole story by the real programs, ends well, and leaves nothing behind."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import PATIENCE, processes_with, run

pytestmark = pytest.mark.own_module

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "docs" / "walkthrough.md"
WHOLE_PATIENCE = 900
"""A hundred programs, one after the other, on a machine that runs other tests as well."""
COMMAND = (sys.executable, "-m", "demo.walkthrough")


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(folder), "PYTHONUTF8": "1"}


def played(folder: Path, *options: str | Path, timeout: float = PATIENCE) -> subprocess.CompletedProcess[str]:
    return run(*COMMAND, *options, cwd=ROOT, env=environment(folder), timeout=timeout)


def headings(markdown: str) -> list[str]:
    return [line for line in markdown.splitlines() if re.match(r"#+ ", line) and not line.startswith("# ")]


def chapters(markdown: str) -> list[str]:
    """The text of each chapter."""
    return re.split(r"^## ", markdown, flags=re.MULTILINE)[1:]


def left_over(folder: Path) -> list[str]:
    """Files in the folder, and processes that were started with a home there."""
    return [str(path) for path in (*folder.iterdir(), *processes_with(f"HOME={folder}"))]


@pytest.mark.timeout(WHOLE_PATIENCE + 30)
@pytest.mark.fact("TM-03", "TM-04", "TM-05", "TM-06", "TM-08", "PQ-05", "PQ-10", "PQ-15", "PQ-18", "PQ-19", "PQ-25")
def test_the_whole_story_comes_out_as_it_is_kept(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "walkthrough.md"
    done = played(folder, "--transcript", page, timeout=WHOLE_PATIENCE)
    assert done.returncode == 0, f"{done.stdout[-3000:]}{done.stderr}"
    assert left_over(folder) == []

    told = page.read_text(encoding="utf-8")
    assert headings(told) == headings(KEPT.read_text(encoding="utf-8"))
    codes, first, signing, renewal, token, hand_over, claim, citizen, physician = chapters(told)
    assert "no code has to be changed any more" in codes
    assert re.search(r"The CA has received the request\. Its number: BP0000000001$", first, re.MULTILINE)
    assert "qualified, with the QESCD mark" in first
    assert "The signature is judged VALID." in signing
    assert signing.count("Signature Validation: Signature is Valid.") == 2
    assert signing.count("CAdES Verification successful") == 2
    assert renewal.count("Error 622: no key was made") == 1
    assert "✓ on the card: Jana's second certificate and Jana's third certificate" in renewal
    assert token.count("Error 622: the request was not sent, because Bit4id PKI Manager") == 1
    assert token.count("Error 621: ") == 2
    assert "This card is bound to another applicant" in hand_over
    assert hand_over.index("no button to undo the bond") < hand_over.index("[ Ask the CA to undo the bond ]")
    assert "The request to undo the bond was sent." in hand_over
    assert re.search(r"^bond undone  proid-q/", hand_over, re.MULTILINE)
    assert "✓ Petr's certificate is on the card" in hand_over
    assert claim.count("The card is ready for a warranty claim.") == 2
    assert "PUK is set, with IOK." in citizen
    assert "PUK unblocks PIN and sets its new value: cardmanager unblock pin" in citizen
    assert "PIN of KPEP is set, with TPIN." in physician
    assert physician.index("PIN of PEP has its new value") < physician.index("PIN of KPEP is wrong, 2 tries are left.")

    # Nothing that is of this run or this machine alone.
    for text in (told, KEPT.read_text(encoding="utf-8")):
        assert str(folder) not in text
        assert str(ROOT) not in text
        assert not re.search(r"/tmp/|/walk-", text)
        assert set(re.findall(r"BP[0-9]{10}", text)) == {f"BP{number:010}" for number in range(1, 11)}
        assert set(re.findall(r"127\.0\.0\.1:[0-9]+", text)) == {"127.0.0.1:8629"}


def test_a_step_that_comes_out_otherwise_ends_it_with_a_clear_message(folder: Path) -> None:
    long = folder / ("long-" * 20)
    long.mkdir()
    done = played(long)
    assert done.returncode == 1
    assert "The walkthrough ends here, because something came out otherwise than it should." in done.stderr
    assert "`stuntcard run card:jana &`: stuntcard ended before it was ready." in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert left_over(long) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_half_way_it_ends_what_it_started(folder: Path, how: signal.Signals) -> None:
    process = subprocess.Popen(
        COMMAND, cwd=ROOT, env={**environment(folder), "PYTHONUNBUFFERED": "1"}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("1.2 "):
                break
        process.send_signal(how)
        _, told = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert told == "Stopped; all that was started has been ended.\n"
    assert left_over(folder) == []


def test_chapters_are_chosen_by_name_and_played_in_a_language(folder: Path) -> None:
    done = played(folder, "--only", "codes", "--only", "1", "--language", "sl")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1. Nova kartica in lastne kode" in done.stdout
    assert "2. " not in done.stdout
    assert "Nov PIN še enkrat: ●●●●●●●●  (isto s tipkarsko napako)" in done.stdout
    assert "QPIN je spremenjen." in done.stdout, "the programs speak it too"
    assert "✓ nobene kode ni več treba spremeniti in noben poskus ni izgubljen" in done.stdout
    assert done.stdout.endswith("Konec. Vse se je izteklo, kot je treba.\n")
    unknown = played(folder, "--only", "nothing")
    assert unknown.returncode == 2
    assert unknown.stderr.startswith("There is no chapter nothing. There are: codes, first-certificate, signing, ")


def test_only_programs_are_used() -> None:
    for file in sorted((ROOT / "demo" / "walkthrough").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in {"stuntcard", "cardtools"}], file
